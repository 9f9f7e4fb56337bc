"""The sales SSI that comes with the product, version 1: 24 items after two screening questions."""

CODE = "ssi"
ABOUT = "sale"
NAME = "销售服务满意度"
NAME_EN = "Sales satisfaction (SSI)"
QUESTIONS = [
    ("present", "screening", "yes_no", 0, "看车和提车时，您本人都在场吗？", "Were you there yourself when the car was chosen and when it was collected?"),
    ("minutes", "screening", "yes_no", 0, "现在方便占用您六分钟吗？", "Have you six minutes now?"),
    ("greeted", "execution", "yes_no", 0, "进店后是否马上有人接待您？", "Was somebody with you at once when you came in?"),
    ("needs", "execution", "yes_no", 0, "销售顾问是否先了解了您的用车需求？", "Did the consultant first ask what you need the car for?"),
    ("test_drive", "execution", "yes_no", 0, "是否请您试乘试驾？", "Were you offered a test drive?"),
    ("terms_written", "execution", "yes_no", 0, "价格和费用是否逐项写清楚？", "Were price and charges set out item by item?"),
    ("explained", "execution", "yes_no", 0, "交车时是否逐项讲解了车辆功能？", "Were the car's functions explained one by one at the handover?"),
    ("service_met", "execution", "yes_no", 0, "交车时是否向您介绍了售后服务顾问？", "Were you introduced to the service advisor at the handover?"),
    ("first_days", "follow_up", "yes_no", 0, "提车后几天内是否有人联系过您？", "Did somebody contact you in the first days after the handover?"),
    ("welcome", "start", "score", 1, "刚进店时的接待，您打几分？请打 1 到 10 分。", "How was your welcome? 1 to 10."),
    ("showroom", "start", "score", 1, "展厅环境和看车的自在程度，您打几分？", "How were the showroom and your ease in it?"),
    ("knowledge", "consultant", "score", 2, "销售顾问的专业知识，您打几分？", "How was the consultant's knowledge?"),
    ("manner", "consultant", "score", 2, "销售顾问的态度和礼貌，您打几分？", "How were the consultant's manner and courtesy?"),
    ("honesty", "consultant", "score", 2, "销售顾问说话是否诚实、说到做到？请打分。", "Was the consultant honest, and were promises kept?"),
    ("fair", "terms", "score", 2, "成交条件是否公平？请打分。", "How fair were the terms?"),
    ("pressure", "terms", "score", 1, "洽谈过程是否没有压力？请打分。", "How free of pressure was the talk about them?"),
    ("papers", "paperwork", "score", 1, "合同和手续讲解是否清楚？请打分。", "How clearly were contract and papers explained?"),
    ("speed", "paperwork", "score", 1, "办理手续的速度，您打几分？", "How quick was the paperwork?"),
    ("condition", "handover", "score", 2, "提车时车辆的状况和清洁，您打几分？", "How were the car's condition and cleanliness?"),
    ("on_time", "handover", "score", 2, "是否按约定的时间交车？请打分。", "Was it handed over at the time agreed?"),
    ("taught", "handover", "score", 2, "交车讲解是否充分？请打分。", "How thorough was the explanation at the handover?"),
    ("overall", "overall", "score", 2, "总的来说，这次购车体验您打几分？", "Overall, how was buying this car?"),
    ("reason", "overall", "choice", 0, "您在我们店购车最主要的原因是什么？", "What was your main reason to buy from us?"),
    ("recommend", "recommendation", "yes_no", 0, "您会把我们店推荐给朋友吗？", "Would you recommend us to a friend?"),
    ("contact", "follow_up", "score", 1, "提车后的联系和关怀，您打几分？", "How do you rate our contact since then?"),
    ("suggestions", "suggestion", "text", 0, "您还有什么建议？", "Is there anything we should do better?"),
]  # fmt: skip
OPTIONAL = {"suggestions"}
ENDING = {"present", "minutes"}
CHOICES = {
    "reason": [
        ["product", "车型和配置", "The car itself"],
        ["price", "价格和优惠", "Price and conditions"],
        ["consultant", "销售顾问", "The consultant"],
        ["near", "离家或单位近", "Close to home or work"],
        ["service", "售后服务", "After-sales service"],
        ["friends", "亲友推荐", "Friends recommended you"],
        ["other", "其他", "Something else"],
    ],
}  # fmt: skip
