"""Invented people, cars and words of the demo store."""

from datetime import time

GROUP = "湖滨汽车集团"
STORES = [
    ("hz01", "湖滨店", "杭州市西湖区湖滨大道 88 号", "400-800-0571"),
    ("hz02", "城西店", "杭州市余杭区城西路 19 号", "400-800-0572"),
]
OUTLET = ("hz01a", "湖滨店 · 萧山网点", "杭州市萧山区市心路 7 号", "400-800-0573")
PASSWORD = "demo-demo-1"  # shown on the login page of the demo

# Name, whether it goes from bay to bay, the operation that asks for it.
EQUIPMENT = [
    ("四轮定位仪", False, "DP002"),
    ("冷媒加注机", True, "KT001"),
    ("绝缘测试仪", True, "EV001"),
]
SHIFTS = [
    ("早午休", [time(8), time(12), time(13), time(18)]),
    ("晚午休", [time(8), time(12, 30), time(13, 30), time(18)]),
]

# Role, login name, name.
STAFF = [
    ("administrator", "admin", "沈立"),
    ("service_manager", "manager", "陆建平"),
    ("station_head", "head", "方国庆"),
    ("customer_manager", "customer", "林晓燕"),
    ("reception_supervisor", "supervisor", "顾芸"),
    ("service_advisor", "advisor", "李琴"),
    ("service_advisor", "advisor2", "周航"),
    ("service_advisor", "advisor3", "孙悦"),
    ("dispatcher", "dispatcher", "郑海涛"),
    ("team_lead", "lead", "吴刚"),
    ("technician", "tech1", "陈志强"),
    ("technician", "tech2", "王磊"),
    ("technician", "tech3", "赵铁军"),
    ("technician", "tech4", "黄伟"),
    ("technician", "tech5", "何勇"),
    ("technician", "tech6", "许明"),
    ("technician", "tech7", "丁浩"),
    ("technician", "tech8", "钱峰"),
    ("quality_inspector", "inspector", "蒋严"),
    ("guard", "guard", "老马"),
    ("parts_clerk", "parts", "徐静"),
    ("cashier", "cashier", "叶敏"),
    ("callback_agent", "agent", "罗丹"),
    ("callback_agent", "agent2", "宋佳"),
    ("information_clerk", "clerk", "姚倩"),
    ("warranty_clerk", "warranty", "曹斌"),
    ("group_manager", "group", "沈董"),
]
NEIGHBOUR = ("service_advisor", "west", "金城")

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗"
GIVEN = [
    "建国",
    "晓明",
    "秀英",
    "志伟",
    "丽华",
    "海燕",
    "俊杰",
    "文静",
    "国强",
    "雪梅",
    "浩然",
    "子涵",
    "春生",
    "玉兰",
    "立新",
    "佳怡",
    "大勇",
    "思远",
    "小红",
    "天宇",
]
COLOURS = ["珠光白", "曜石黑", "星空灰", "宝石蓝", "烈焰红"]

WORDS = [
    "最近刹车时有吱吱声，低速比较明显。",
    "该做保养了，顺便看看空调，感觉不太凉。",
    "冷启动时发动机抖一下，热了就好了。",
    "右前轮好像有点跑偏，高速要一直带着方向。",
    "仪表上胎压灯亮过一次，后来又灭了。",
    "常规保养，时间紧，希望十一点前能取车。",
    "倒车影像有时候黑屏，要重新挂一次档。",
    "过减速带的时候底盘有咯噔的声音。",
]
COMPLAINTS = [
    ("空调修了两次还是不凉，来回跑了三趟。", "workmanship", "免费彻底修好"),
    ("说好四点交车，等到快六点，也没人打个电话。", "promise", "给个说法"),
]
FINDING = "拆检发现前制动片厚度仅剩 2 毫米，建议更换。"
FAILED = "放油螺丝处有渗油，需更换垫片后复检。"
SUGGESTIONS = ["", "", "休息区能多点充电口就好了", "", "希望周末也能快一点", ""]
REASON_LATE = "客户十点半前要用车，先按客户时间承诺"
WORK_DONE = "已按工艺完成，检查正常"
KEYS = "钥匙柜"
CONSULTANT = "梁新"
PREFIX = "浙A"


# Number, title, what is said to the customer, hours a car.
RECALL = ("SR2026-041", "前排气囊传感器召回", "传感器插头可能松动，请尽快到店免费加固，约一小时。", "1.0")
CAMPAIGN = ("FW2026-W", "冬季电瓶免费检测", "入冬前免费检测电瓶和防冻液。", "0.3")

NEW_CAR = "车况良好，没有异常"
NEW_CAR_NOTE = "客户想了解手机互联怎么用"
