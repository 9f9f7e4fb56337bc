"""Names in pinyin: surnames read as surnames, searchable and sortable."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core import pinyin

han = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=6)


@pytest.mark.parametrize(
    ("name", "full", "initials"),
    [
        ("张三", "zhangsan", "zs"),
        ("单雄信", "shanxiongxin", "sxx"),
        ("仇英", "qiuying", "qy"),
        ("解晓东", "xiexiaodong", "xxd"),
        ("查良镛", "zhaliangyong", "zly"),
        ("曾国藩", "zengguofan", "zgf"),
        ("区小明", "ouxiaoming", "oxm"),
        ("朴树", "piaoshu", "ps"),
        ("任正非", "renzhengfei", "rzf"),
        ("华佗", "huatuo", "ht"),
        ("盖叫天", "gejiaotian", "gjt"),
        ("翟天临", "zhaitianlin", "ztl"),
        ("缪杰", "miaojie", "mj"),
        ("尉迟恭", "yuchigong", "ycg"),
        ("长孙无忌", "zhangsunwuji", "zswj"),
        ("万俟卨", "moqixie", "mqx"),
        ("单于夫罗", "chanyufuluo", "cyfl"),
        ("单先生", "shanxiansheng", "sxs"),
        ("吕布", "lvbu", "lb"),
        ("Tom Lee", "tomlee", "tl"),
        ("张Tom", "zhangtom", "zt"),
        ("Émile", "émile", "é"),
        ("阿卜杜·热合曼", "abodureheman", "abdrhm"),
        ("", "", ""),
        ("  ", "", ""),
    ],
)
def test_names_are_spelled_as_people_say_them(name, full, initials):
    assert pinyin.full(name) == full
    assert pinyin.initials(name) == initials


@pytest.mark.parametrize(("name", "full"), [("解放汽车", "jiefangqiche"), ("查理汽修店", "chaliqixiudian")])
def test_an_organisation_has_no_surname(name, full):
    assert pinyin.full(name) == full


def test_equal_sounds_keep_together_and_short_names_come_first():
    names = ["赵一", "章子怡", "章三", "张三", "张", "Zed", "曾国藩"]
    assert sorted(names, key=pinyin.sort_key) == ["Zed", "曾国藩", "张", "张三", "章三", "章子怡", "赵一"]


@given(han)
def test_every_han_name_has_one_initial_a_character(name):
    assert len(pinyin.initials(name)) == len(name)
    assert pinyin.full(name) == pinyin.full(f" {name} ")


@given(st.text(max_size=20))
def test_any_text_has_keys_in_lower_case_without_blanks(text):
    for key in (pinyin.full(text), pinyin.initials(text)):
        assert " " not in key
        assert key == key.lower()
    assert pinyin.sort_key(text) == pinyin.sort_key(text)
