from apps.callbacks.models.forms import FollowUp, NewCarTalk, PostRepair
from apps.callbacks.models.survey import Answer, Question, Questionnaire, Response

__all__ = ["Answer", "FollowUp", "NewCarTalk", "PostRepair", "Question", "Questionnaire", "Response"]
