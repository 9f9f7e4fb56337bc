"""Verdicts on customers."""

from apps.imports.legacy.customers import LONGEST_NOTE
from apps.imports.legacy.ledger import Ledger
from tests.imports.files import CUSTOMER_TITLES, judge_customers, verdicts, write_csv, write_xlsx


def judge_phone(folder, phone):
    (verdict,) = judge_customers(folder, [["C1", "张三", phone]])
    return verdict.outcome, verdict.reasons, verdict.cleaned.get("phone")


def test_a_plain_mobile_number_is_good(tmp_path):
    assert judge_phone(tmp_path, "13812345678") == ("good", (), "+8613812345678")
    assert judge_phone(tmp_path, " 13812345678\u3000") == ("good", (), "+8613812345678")
    assert judge_phone(tmp_path, "057188886666") == ("good", (), "+8657188886666")


def test_a_number_written_otherwise_is_repaired(tmp_path):
    for phone, reason in [
        ("１３８１２３４５６７８", "phone_full_width"),
        ("+86 138-1234-5678", "phone_formatted"),
        ("138 1234 5678", "phone_formatted"),
        ("8613812345678", "phone_formatted"),
        ("13812345678.0", "phone_formatted"),
        ("1.3812345678E+10", "phone_formatted"),
        ("'13812345678", "phone_formatted"),
        ('="13812345678"', "phone_formatted"),
        ("13812345678/13912345678", "phone_several"),
        ("13812345678、13912345678", "phone_several"),
        ("13812345678(张先生)", "phone_several"),
    ]:
        assert judge_phone(tmp_path, phone) == ("repaired", (reason,), "+8613812345678"), phone


def test_a_number_that_is_none_is_rejected_with_the_reason(tmp_path):
    for phone, reason in [
        ("", "phone_missing"),
        ("无", "phone_missing"),
        ("1381234567", "phone_too_short"),
        ("138123456789", "phone_too_long"),
        ("1.38123E+10", "phone_digits_lost"),
        ("不记得了", "phone_impossible"),
        ("00000000000", "phone_too_short"),
    ]:
        assert judge_phone(tmp_path, phone)[:2] == ("rejected", (reason,)), phone


def test_several_numbers_in_a_cell_are_all_kept(tmp_path):
    (verdict,) = judge_customers(tmp_path, [["C1", "张三", "1381234/13912345678"]])
    assert verdict.cleaned["phone"] == "+8613912345678"
    assert verdict.cleaned["extra"] == {"phone": "1381234/13912345678"}


def test_a_missing_number_is_taken_from_another_column_of_telephones(tmp_path):
    titles = ["客户编号", "姓名", "手机号码", "联系电话"]
    (verdict,) = judge_customers(tmp_path, [["C1", "张三", "", "0571-88886666"]], titles)
    assert verdict.reasons == ("phone_from_other_column", "phone_formatted")


def test_the_number_of_a_spreadsheet_is_good_as_it_is(tmp_path):
    write_xlsx(tmp_path, [CUSTOMER_TITLES, [100931.0, "张三", 13812345678]], name="客户.xlsx")
    (verdict,) = verdicts(tmp_path)["customers"]
    assert (verdict.outcome, verdict.cleaned["number"]) == ("good", "100931")


def test_a_number_with_lost_zeros_is_not_guessed(tmp_path):
    rows = [["000123", "张三", "13812345678"], ["123", "李四", "13812345679"]]
    assert [v.outcome for v in judge_customers(tmp_path, rows)] == ["good", "good"]


def test_the_second_row_of_a_customer_number_is_a_duplicate(tmp_path):
    rows = [["C1", "张三", "13812345678"], ["C1", "张三", "13812345678"], ["c1", "李四", "13812345679"]]
    first, second, third = judge_customers(tmp_path, rows)
    assert first.outcome == "good"
    assert (second.outcome, second.reasons, second.notes) == ("duplicate", ("customer_number_twice",), ())
    assert (third.outcome, third.notes) == ("duplicate", ("differs_from_accepted_row",))


def test_the_number_of_a_rejected_row_is_still_free(tmp_path):
    rows = [["C1", "张三", ""], ["C1", "张三", "13812345678"]]
    assert [v.outcome for v in judge_customers(tmp_path, rows)] == ["rejected", "good"]


def test_every_reason_to_reject_is_named_at_once(tmp_path):
    (verdict,) = judge_customers(tmp_path, [["", "无", "12"]])
    assert verdict.reasons == ("customer_number_missing", "name_missing", "phone_too_short")
    assert verdict.cleaned == {}


def test_a_damaged_name_is_told(tmp_path):
    rows = [["C1", "???", "13812345678"], ["C2", "张?", "13812345679"], ["C3", "x" * 101, "13812345670"]]
    lost, doubtful, long = judge_customers(tmp_path, rows)
    assert lost.reasons == ("name_lost",)
    assert (doubtful.outcome, doubtful.notes) == ("good", ("question_mark_in_name",))
    assert long.reasons == ("cell_too_long:name",)


def test_a_long_note_is_cut_and_kept_whole_beside(tmp_path):
    note = "长" * (LONGEST_NOTE + 1)
    (verdict,) = judge_customers(tmp_path, [["C1", "张三", "13812345678", note]], [*CUSTOMER_TITLES, "备注"])
    assert verdict.reasons == ("text_shortened:note",)
    assert len(verdict.cleaned["note"]) == LONGEST_NOTE
    assert verdict.cleaned["extra"]["note"] == note


def test_words_of_the_trade_become_values_and_unknown_ones_are_kept(tmp_path):
    titles = [*CUSTOMER_TITLES, "性别", "联系偏好"]
    rows = [["C1", "张三", "13812345678", "先生", "微信"], ["C2", "李四", "13812345679", "?", "飞鸽"]]
    known, unknown = judge_customers(tmp_path, rows, titles)
    assert (known.cleaned["gender"], known.cleaned["channel"]) == ("male", "wechat")
    assert (unknown.outcome, unknown.cleaned["channel"]) == ("good", "")
    assert unknown.notes == ("filler_emptied:gender", "word_unknown:channel")
    assert unknown.cleaned["extra"] == {"channel": "飞鸽"}


def test_perhaps_the_same_person_is_noted(tmp_path):
    rows = [["C1", "张三", "13812345678"], ["C2", "张三", "13812345678"]]
    second = judge_customers(tmp_path, rows)[1]
    assert (second.outcome, second.notes) == ("good", ("phone_on_other_customer",))


def test_a_second_run_knows_every_row_again_and_tells_changed_ones(tmp_path):
    rows = [["C1", "张三", "13812345678"], ["C2", "李四", "１３８１２３４５６７９"], ["C3", "王五", ""]]
    write_csv(tmp_path, [CUSTOMER_TITLES, *rows])
    with Ledger() as ledger:
        first = verdicts(tmp_path, ledger)["customers"]
        ledger.next_run()
        write_csv(tmp_path, [CUSTOMER_TITLES, rows[0], ["C2", "李四改名", "13812345679"], rows[2]])
        second = verdicts(tmp_path, ledger)["customers"]
    assert [v.outcome for v in first] == ["good", "repaired", "rejected"]
    assert [(v.outcome, v.reasons) for v in second] == [
        ("duplicate", ("already_imported",)),
        ("duplicate", ("already_known",)),
        ("rejected", ("phone_missing",)),
    ]
