"""The categories that come with the product."""

CATEGORIES = [
    ("等待时间", "Waiting time"),
    ("价格", "Price"),
    ("维修质量", "Quality of the work"),
    ("服务态度", "Manner"),
    ("说明不清", "Explanation"),
    ("配件", "Parts"),
    ("环境设施", "Premises"),
    ("预约", "Booking"),
    ("表扬", "Praise"),
    ("其他", "Other"),
]
