"""The starter catalogue: two made-up makes with what a workshop sells every day.

Hours are flat-rate hours in 0.1 h, prices in yuan with tax. A house replaces them by its own.
"""

TIMES = "×"

# Make, months and km of warranty.
BRANDS = [("远川", 36, 100_000), ("星弛", 48, 120_000)]

# Make, model, energy, service every km, every months.
MODELS = [
    ("远川", "远川 云岭 1.5T", "petrol", 10_000, 6),
    ("远川", "远川 云岭 2.0T 四驱", "petrol", 10_000, 6),
    ("远川", "远川 望山 混动", "hybrid", 10_000, 12),
    ("远川", "远川 承运 2.0 柴油", "diesel", 8_000, 6),
    ("星弛", "星弛 E5", "electric", 20_000, 12),
    ("星弛", "星弛 E7 长续航", "electric", 20_000, 12),
]

# Code, name, kind of work, bay, skill, hours, safety-relevant.
OPERATIONS = [
    ("BY001", "更换机油及机油滤清器", "maintenance", "express", "general", "0.5", False),
    ("BY002", "更换空气滤清器", "maintenance", "express", "general", "0.2", False),
    ("BY003", "更换空调滤清器", "maintenance", "express", "general", "0.2", False),
    ("BY004", "更换燃油滤清器", "maintenance", "general", "general", "0.6", False),
    ("BY005", "更换火花塞（四只）", "maintenance", "general", "engine", "0.8", False),
    ("BY006", "更换自动变速箱油", "maintenance", "general", "engine", "1.5", False),
    ("BY007", "更换制动液并排气", "maintenance", "general", "general", "0.8", True),
    ("BY008", "更换冷却液", "maintenance", "general", "general", "0.8", False),
    ("BY009", "全车例行检查", "maintenance", "express", "general", "0.4", False),
    ("BY010", "轮胎换位并检查气压", "maintenance", "express", "general", "0.4", True),
    ("BY011", "清洗节气门", "maintenance", "general", "engine", "0.6", False),
    ("ZD001", "更换前制动片", "repair", "general", "general", "0.9", True),
    ("ZD002", "更换后制动片", "repair", "general", "general", "1.0", True),
    ("ZD003", "更换前制动盘（一对）", "repair", "general", "general", "1.4", True),
    ("DP001", "更换前减振器（一对）", "repair", "general", "general", "2.4", True),
    ("DP002", "四轮定位", "repair", "alignment", "general", "0.8", True),
    ("DP003", "更换轮胎并动平衡（一条）", "repair", "general", "general", "0.3", True),
    ("KT001", "空调系统检漏并加注制冷剂", "repair", "general", "electrical", "1.2", False),
    ("KT002", "清洗空调蒸发箱", "repair", "general", "electrical", "0.9", False),
    ("DQ001", "更换蓄电池并登记", "repair", "express", "electrical", "0.4", False),
    ("DQ002", "更换大灯总成（单侧）", "repair", "general", "electrical", "0.8", True),
    ("ZN001", "读取故障码并诊断", "diagnosis", "diagnosis", "electrical", "0.6", False),
    ("ZN002", "发动机异响诊断", "diagnosis", "diagnosis", "engine", "1.2", False),
    ("FD001", "更换正时附件皮带", "repair", "general", "engine", "1.6", False),
    ("EV001", "高压系统绝缘检测", "maintenance", "general", "ev", "0.6", True),
    ("EV002", "动力电池健康检测", "diagnosis", "diagnosis", "ev", "0.8", True),
    ("EV003", "更换减速器油", "maintenance", "general", "ev", "0.7", False),
    ("BJ001", "钣金修复（单块板）", "body", "body", "body", "3.0", False),
    ("PQ001", "单块板喷漆", "paint", "paint", "paint", "4.0", False),
    ("XC001", "交车前清洗", "wash", "wash", "general", "0.3", False),
]

# Part number, name, unit, price.
PARTS = [
    ("YC-1001", "全合成机油 5W-30 4L", "桶", "368.00"),
    ("YC-1002", "全合成机油 5W-30 1L", "瓶", "98.00"),
    ("YC-1003", "柴油机油 5W-40 4L", "桶", "298.00"),
    ("YC-1011", "机油滤清器", "个", "46.00"),
    ("YC-1012", "放油螺塞垫片", "个", "6.00"),
    ("YC-1021", "空气滤清器", "个", "88.00"),
    ("YC-1022", "空调滤清器（活性炭）", "个", "128.00"),
    ("YC-1023", "燃油滤清器", "个", "156.00"),
    ("YC-1024", "柴油滤清器", "个", "218.00"),
    ("YC-1031", "铱金火花塞", "只", "86.00"),
    ("YC-1041", "自动变速箱油 1L", "瓶", "128.00"),
    ("YC-1042", "变速箱油滤网", "个", "238.00"),
    ("YC-1051", "制动液 DOT4 1L", "瓶", "78.00"),
    ("YC-1061", "长效冷却液 4L", "桶", "138.00"),
    ("YC-1071", "节气门清洗剂", "罐", "58.00"),
    ("YC-2001", "前制动片（一套）", "套", "468.00"),
    ("YC-2002", "后制动片（一套）", "套", "398.00"),
    ("YC-2003", "前制动盘", "片", "386.00"),
    ("YC-2004", "制动片传感器", "条", "92.00"),
    ("YC-2005", "制动部件清洗剂", "罐", "38.00"),
    ("YC-3001", "前减振器", "支", "620.00"),
    ("YC-3002", "减振器顶胶", "个", "86.00"),
    ("YC-3003", "轮胎 225/55 R18", "条", "780.00"),
    ("YC-3004", "轮胎 235/50 R19 静音", "条", "1080.00"),
    ("YC-3005", "轮胎气门嘴", "个", "12.00"),
    ("YC-3006", "平衡块（一组）", "组", "15.00"),
    ("YC-4001", "制冷剂 R134a 300g", "罐", "68.00"),
    ("YC-4002", "冷冻油 50ml", "支", "45.00"),
    ("YC-4003", "蒸发箱清洗剂", "罐", "88.00"),
    ("YC-5001", "蓄电池 12V 70Ah（启停）", "块", "860.00"),
    ("YC-5002", "蓄电池 12V 60Ah", "块", "560.00"),
    ("YC-5003", "遥控钥匙电池", "粒", "18.00"),
    ("YC-5004", "大灯总成（左）", "个", "2380.00"),
    ("YC-5005", "大灯总成（右）", "个", "2380.00"),
    ("YC-5006", "前雨刮片（一对）", "对", "138.00"),
    ("YC-6001", "附件皮带", "条", "186.00"),
    ("YC-6002", "皮带张紧轮", "个", "268.00"),
    ("XC-1001", "电驱减速器油 1L", "瓶", "148.00"),
    ("XC-1002", "电池冷却液 4L", "桶", "198.00"),
    ("XC-1003", "电动车空调滤清器", "个", "158.00"),
    ("XC-1004", "高压插头密封圈", "个", "36.00"),
    ("XC-1005", "轮胎 245/45 R20 电动车", "条", "1380.00"),
    ("TY-9001", "风窗清洗液 2L", "桶", "22.00"),
    ("TY-9002", "修补漆（单板）", "份", "260.00"),
]

# Code, name, operations and parts ("×" before a quantity).
PACKAGES = [
    ("TC-SB", "首次保养（5,000 公里）", "BY001 BY009 YC-1001 YC-1011 YC-1012"),
    ("TC-10K", "10,000 公里保养", "BY001 BY003 BY009 YC-1001 YC-1011 YC-1012 YC-1022"),
    ("TC-20K", "20,000 公里保养", "BY001 BY002 BY003 BY009 BY010 YC-1001 YC-1011 YC-1012 YC-1021 YC-1022"),
    (
        "TC-40K",
        "40,000 公里保养",
        "BY001 BY002 BY003 BY004 BY005 BY007 BY009 BY010 YC-1001 YC-1011 YC-1012 YC-1021 "
        "YC-1022 YC-1023 YC-1031×4 YC-1051",
    ),
    ("TC-ZD", "前制动保养", "ZD001 BY007 YC-2001 YC-1051 YC-2005"),
    ("TC-KT", "空调养护", "KT001 KT002 BY003 YC-4001×2 YC-4002 YC-4003 YC-1022"),
    ("TC-DC", "更换蓄电池", "DQ001 YC-5001"),
    ("TC-EV", "电动车年度保养", "EV001 EV002 EV003 BY009 BY010 XC-1001 XC-1003"),
]

# Code of a package: the kilometres of the scheduled service, and the energy it is made for.
SERVICES = {
    "TC-SB": (5_000, ""),
    "TC-10K": (10_000, ""),
    "TC-20K": (20_000, ""),
    "TC-40K": (40_000, ""),
    "TC-EV": (20_000, "electric"),
}
