"""What the columns of a sales department's list are called."""

HEADINGS: dict[str, tuple[str, ...]] = {
    "vin": ("vin", "车架号", "底盘号", "车辆识别代号", "车架号vin"),
    "model": ("车型", "车系", "model"),
    "colour": ("颜色", "车身颜色", "colour", "color"),
    "plate": ("车牌", "车牌号", "牌照", "plate"),
    "name": ("客户", "客户姓名", "姓名", "车主", "购车人", "customer", "name"),
    "phone": ("电话", "手机", "手机号", "联系电话", "客户电话", "phone", "mobile"),
    "sales_consultant": ("销售顾问", "销售", "销售人员", "sales consultant", "consultant"),
    "advisor": ("服务顾问", "专属顾问", "advisor", "service advisor"),
    "invoiced_on": ("开票日期", "发票日期", "invoice date", "invoiced"),
    "planned_at": (
        "交车时间",
        "计划交车时间",
        "交付时间",
        "预计交车时间",
        "handover",
        "handover at",
        "planned",
    ),
    "is_statutory": ("三包", "是否三包", "3 guarantees", "statutory"),
    "kind": ("客户类型", "类型", "kind"),
}
NO = ("否", "不", "无", "非三包", "no", "n", "0", "false", "×", "x")
COMPANY = ("公司", "企业", "单位", "company")
