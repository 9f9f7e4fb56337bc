from apps.callbacks.models.forms import FollowUp, NewCarTalk, NoShowTalk, PostRepair
from apps.callbacks.models.questionnaire import Question, Questionnaire
from apps.callbacks.models.response import Answer, Invitation, Response, Tally
from apps.callbacks.models.rhythm import Category, Digest, Improvement, TextCoding
from apps.callbacks.models.sampling import Draw, Drawn
from apps.callbacks.models.upload import Upload

__all__ = [
    "Answer",
    "Category",
    "Digest",
    "Draw",
    "Drawn",
    "FollowUp",
    "Improvement",
    "Invitation",
    "NewCarTalk",
    "NoShowTalk",
    "PostRepair",
    "Question",
    "Questionnaire",
    "Response",
    "Tally",
    "TextCoding",
    "Upload",
]
