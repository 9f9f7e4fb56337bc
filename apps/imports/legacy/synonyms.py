"""The words of old exports: fillers, units, total lines. A data module, most of it Chinese.

Column titles stand in ``titles.toml``.
"""

import tomllib
from pathlib import Path

CUSTOMERS = "customers"
VEHICLES = "vehicles"
HISTORY = "history"
KINDS = (CUSTOMERS, VEHICLES, HISTORY)
"""In the order of import."""

TITLES: dict[str, dict[str, list[str]]] = tomllib.loads(
    Path(__file__).with_name("titles.toml").read_text(encoding="utf-8")
)

MANDATORY: dict[str, tuple[str, ...]] = {
    CUSTOMERS: ("number", "name", "phone"),
    VEHICLES: ("vin",),
    HISTORY: ("vin|plate", "arrived_on"),
}
"""A table without one of these is refused; ``a|b`` asks for either."""

TELLING: dict[str, tuple[str, ...]] = {
    CUSTOMERS: ("gender", "registered_on", "channel", "address", "customer_kind", "email"),
    VEHICLES: ("plate", "engine_number", "brand", "model", "colour", "purchased_on", "licensed_on"),
    HISTORY: (
        "left_on",
        "work_kind",
        "items",
        "hours",
        "labour_amount",
        "parts_amount",
        "total_amount",
        "technician",
    ),
}
"""Fields that tell a table of one kind from a table of another that has the mandatory ones too."""

FILE_NAMES: dict[str, tuple[str, ...]] = {
    HISTORY: (
        "维修",
        "历史",
        "工单",
        "结算",
        "进厂",
        "保养记录",
        "history",
        "visit",
        "repair",
        "order",
        "service",
    ),
    VEHICLES: ("车辆", "车籍", "汽车", "vehicle", "car"),
    CUSTOMERS: ("客户", "车主", "会员", "customer", "client", "owner"),
}
"""Parts of file or sheet names, asked in this order: a hint only."""

TOTAL_WORDS = frozenset(
    {
        "合计",
        "总计",
        "小计",
        "共计",
        "总数",
        "总和",
        "汇总",
        "本页合计",
        "本页小计",
        "累计",
        "total",
        "totals",
        "subtotal",
        "sub total",
        "sub-total",
        "grand total",
        "sum",
    }
)
FOOTER_STARTS = (
    "制表人",
    "制表时间",
    "制表日期",
    "打印人",
    "打印时间",
    "打印日期",
    "导出人",
    "导出时间",
    "导出日期",
    "审核人",
    "查询条件",
    "记录数",
    "总记录数",
    "共计",
    "printed",
    "exported",
    "page ",
    "report date",
    "generated",
)
FOOTER_PAGE = r"第\s*\d+\s*页|共\s*\d+\s*(页|条|行|笔|台|辆)|\d+\s*/\s*\d+\s*页"

FILLERS = frozenset(
    {
        "-",
        "--",
        "---",
        "—",
        "——",
        "–",
        "－",
        "/",
        "\\",
        "//",
        ".",
        "*",
        "?",
        "??",
        "???",
        "无",
        "暂无",
        "没有",
        "不详",
        "未知",
        "空",
        "未填",
        "未填写",
        "无记录",
        "null",
        "(null)",
        "none",
        "n/a",
        "nan",
        "nil",
        "unknown",
        "nat",
        "0000-00-00",
        "0000-00-00 00:00:00",
        "0000/00/00",
    }
)
"""What stands in a cell to say that nothing does."""

NAME_FILLERS = frozenset(
    {
        "—",
        "——",
        "－",
        "-",
        "--",
        "/",
        ".",
        "*",
        "?",
        "??",
        "???",
        "无",
        "暂无",
        "不详",
        "未知",
        "空",
        "未填",
        "未填写",
        "(null)",
        "无名",
        "无名氏",
    }
)
"""As ``FILLERS``, without the words that are somebody's name."""

NO_PLATE = frozenset(
    {
        "未上牌",
        "无牌",
        "无牌照",
        "无车牌",
        "临牌",
        "临时牌照",
        "临时",
        "新车",
        "新车未上牌",
        "待上牌",
        "没上牌",
        "暂无牌",
        "暂未上牌",
        "no plate",
        "new car",
        "temporary",
    }
)

GENDERS = {
    "男": "male",
    "男性": "male",
    "先生": "male",
    "m": "male",
    "male": "male",
    "mr": "male",
    "mr.": "male",
    "女": "female",
    "女性": "female",
    "女士": "female",
    "小姐": "female",
    "太太": "female",
    "f": "female",
    "female": "female",
    "ms": "female",
    "ms.": "female",
    "mrs": "female",
    "mrs.": "female",
}

CHANNELS = {
    "电话": "phone",
    "手机": "phone",
    "致电": "phone",
    "phone": "phone",
    "call": "phone",
    "微信": "wechat",
    "wechat": "wechat",
    "企业微信": "wechat",
    "短信": "sms",
    "sms": "sms",
    "text": "sms",
    "邮件": "email",
    "邮箱": "email",
    "电子邮件": "email",
    "email": "email",
    "e-mail": "email",
}

WORK_KINDS = {
    "保养": "maintenance",
    "定保": "maintenance",
    "首保": "maintenance",
    "定期保养": "maintenance",
    "常规保养": "maintenance",
    "maintenance": "maintenance",
    "service": "maintenance",
    "维修": "repair",
    "一般维修": "repair",
    "普通维修": "repair",
    "机修": "repair",
    "小修": "repair",
    "大修": "repair",
    "repair": "repair",
    "事故": "accident",
    "事故维修": "accident",
    "事故车": "accident",
    "钣喷": "accident",
    "accident": "accident",
    "索赔": "warranty",
    "保修": "warranty",
    "质保": "warranty",
    "三包": "warranty",
    "warranty": "warranty",
    "返修": "comeback",
    "内返": "comeback",
    "外返": "comeback",
    "comeback": "comeback",
    "rework": "comeback",
}

WORK_KIND_WORDS = {
    "maintenance": "保养",
    "repair": "维修",
    "accident": "事故维修",
    "warranty": "索赔",
    "comeback": "返修",
}
"""How the kinds of work are written into the text of a visit."""

COMPANIES = frozenset(
    {"单位", "公司", "企业", "单位客户", "公司客户", "企业客户", "集团客户", "大客户", "机构", "团体"}
    | {"company", "corporate", "business", "fleet"}
)
PERSONS = frozenset({"个人", "个人客户", "私人", "私家", "自然人", "散客", "person", "private", "individual"})

ENERGIES = {
    "汽油": "petrol",
    "汽油车": "petrol",
    "燃油": "petrol",
    "petrol": "petrol",
    "gasoline": "petrol",
    "柴油": "diesel",
    "柴油车": "diesel",
    "diesel": "diesel",
    "混动": "hybrid",
    "混合动力": "hybrid",
    "油电混合": "hybrid",
    "插电混动": "hybrid",
    "插电式混合动力": "hybrid",
    "增程": "hybrid",
    "增程式": "hybrid",
    "hybrid": "hybrid",
    "phev": "hybrid",
    "电": "electric",
    "电动": "electric",
    "纯电": "electric",
    "纯电动": "electric",
    "electric": "electric",
    "ev": "electric",
    "bev": "electric",
}

GEARBOXES = {
    "手动": "manual",
    "手动挡": "manual",
    "手动档": "manual",
    "mt": "manual",
    "manual": "manual",
    "自动": "automatic",
    "自动挡": "automatic",
    "自动档": "automatic",
    "手自一体": "automatic",
    "双离合": "automatic",
    "无级变速": "automatic",
    "at": "automatic",
    "cvt": "automatic",
    "dct": "automatic",
    "amt": "automatic",
    "automatic": "automatic",
}

LABELLED = "{title}：{text}"
"""How a value that has no field of its own is kept as a line of remarks."""

MILEAGE_UNITS = r"(?:公里数?|千米|㎞|km|kms|kilometers?|kilometres?)"
TEN_THOUSAND = "万w"
HOUR_UNITS = r"(?:小时|工时|h|hrs?|hours?)"
CURRENCY = r"[¥￥元]|CNY|RMB"
MORNING = ("上午", "早上", "凌晨", "早", "am", "a.m.")
AFTERNOON = ("下午", "晚上", "傍晚", "中午", "晚", "pm", "p.m.")
NOON = ("中午",)
WEEKDAY = (
    r"(?:星期|周|礼拜)[一二三四五六日天]"
    r"|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b\.?,?"
)
YEAR_SIGN, MONTH_SIGN, DAY_SIGNS, HOUR_SIGNS, MINUTE_SIGN, SECOND_SIGN = (
    "年",
    "月",
    "日号",
    "时点",
    "分",
    "秒",
)
HALF_HOUR = "半"
PHONE_SEPARATORS = r"[/\\、,，;；|或和\n]|\s{1,}"
"""Between two numbers in one cell; a blank parts them only where both halves are whole numbers."""
PHONE_REMARK = r"\s*[(（][^()（）]*[)）]\s*$"
MORE_SEPARATORS = "。、"
"""Stand for a full stop in dates typed with a Chinese keyboard on."""
