from apps.callbacks.models.forms import FollowUp, PostRepair
from apps.callbacks.models.survey import Answer, Question, Questionnaire, Response

__all__ = ["Answer", "FollowUp", "PostRepair", "Question", "Questionnaire", "Response"]
