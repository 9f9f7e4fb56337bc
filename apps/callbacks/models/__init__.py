from apps.callbacks.models.forms import FollowUp, NewCarTalk, NoShowTalk, PostRepair
from apps.callbacks.models.survey import Answer, Question, Questionnaire, Response
from apps.callbacks.models.upload import Upload

__all__ = [
    "Answer",
    "FollowUp",
    "NewCarTalk",
    "NoShowTalk",
    "PostRepair",
    "Question",
    "Questionnaire",
    "Response",
    "Upload",
]
