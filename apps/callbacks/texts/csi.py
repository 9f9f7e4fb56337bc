"""The service CSI that comes with the product, version 1: code, dimension, kind, weight, texts."""

CODE = "csi"
ABOUT = "service"
NAME = "售后服务满意度"
NAME_EN = "Service satisfaction (CSI)"
QUESTIONS = [
    ("listened", "screening", "yes_no", 0, "您到店后，服务顾问是否花了时间听您说完车的情况？", "Did your advisor take the time to hear you out when you arrived?"),
    ("booking", "booking", "score", 1, "预约时，时间安排是否方便？请打 1 到 10 分。", "How convenient was it to get an appointment? 1 to 10."),
    ("greeting", "reception", "score", 1, "到店后多快有人接待您？请打分。", "How quickly were you attended to on arrival?"),
    ("advisor", "advisor", "score", 2, "服务顾问的专业和态度，您打几分？", "How would you rate your advisor's knowledge and manner?"),
    ("facility", "facility", "score", 1, "休息区和店内环境，您打几分？", "How would you rate the lounge and the premises?"),
    ("quality", "quality", "score", 3, "这次维修或保养的质量，您打几分？", "How would you rate the quality of the work?"),
    ("price", "price", "score", 2, "费用是否合理、讲得清楚？请打分。", "Was the price fair and clearly explained?"),
    ("hand_back", "hand_back", "score", 2, "交车是否准时、说明是否清楚？请打分。", "Was the car handed back on time and explained?"),
    ("follow_up", "follow_up", "score", 1, "对我们这样的回访，您打几分？", "How do you rate our follow-up?"),
    ("overall", "overall", "score", 2, "总的来说，这次服务您打几分？", "Overall, how would you rate this visit?"),
    ("recommend", "recommendation", "yes_no", 0, "您会把我们店推荐给朋友吗？", "Would you recommend us to a friend?"),
    ("suggestions", "suggestion", "text", 0, "您还有什么建议？", "Is there anything we should do better?"),
]  # fmt: skip
OPTIONAL = {"booking", "suggestions"}
"""May be left empty: whoever came without an appointment cannot judge the booking."""
ENDING: set[str] = set()
CHOICES: dict[str, list[list[str]]] = {}
