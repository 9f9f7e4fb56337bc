"""Several small programs as one: order, ends, signals, logs."""

import io
import os
import signal
import sys
import threading

import pytest

from dms.embedded.process import is_running, wait_until
from dms.supervisor import Program, Supervisor

STAYS = "import signal, sys, time\nsignal.signal(signal.SIGTERM, lambda *_: (print('bye'), sys.exit(0)))\n"
STAYS += "print('up', flush=True)\nwhile True: time.sleep(0.05)"
DEAF = "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('up', flush=True)\n"
DEAF += "time.sleep(60)"
FORKS = (
    "import os, time\nchild = os.fork()\nif child: print(f'child {child}\\nup', flush=True)\ntime.sleep(60)"
)


def _program(name, code, **options):
    return Program(name, [sys.executable, "-c", code], **options)


@pytest.fixture
def supervise(tmp_path):
    """``supervise(programs, then=…)``: run them; beside, once all are up, call ``then(output)``."""

    def run(*programs, then=None):
        out = io.StringIO()
        supervisor = Supervisor(programs, log_dir=tmp_path / "log", environment=os.environ, out=out)

        def beside():
            wait_until(lambda: out.getvalue().count("| up") >= len(programs), seconds=10)
            then(out.getvalue())

        helper = threading.Thread(target=beside) if then else None
        if helper:
            helper.start()
        code = supervisor.run()
        if helper:
            helper.join()
        return code, out.getvalue(), supervisor

    return run


def _interrupt(number=signal.SIGINT):
    return lambda _: os.kill(os.getpid(), number)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_all_in_reverse_order_and_is_no_failure(supervise, number):
    code, output, supervisor = supervise(
        _program("web", STAYS), _program("worker", STAYS), then=_interrupt(number)
    )
    assert code == 0
    assert output.index("worker | bye") < output.index("web    | bye")
    assert not any(is_running(child.process.pid) for child in supervisor._children)


def test_when_one_ends_by_itself_the_others_are_stopped_and_it_says_which(supervise):
    code, output, supervisor = supervise(_program("web", STAYS), _program("worker", "raise SystemExit(3)"))
    assert code == 1
    assert "worker ended by itself with code 3; everything is stopped." in output
    assert not any(is_running(child.process.pid) for child in supervisor._children)


def test_a_program_that_is_killed_is_named_with_the_signal(supervise):
    suicide = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    code, output, _ = supervise(_program("web", STAYS), _program("beat", suicide))
    assert code == 1
    assert "beat ended by itself by signal SIGKILL" in output


def test_a_clean_end_of_one_stops_all_too_for_none_may_be_missing(supervise):
    code, output, _ = supervise(_program("web", STAYS), _program("beat", "pass"))
    assert code == 1
    assert "beat ended by itself with code 0" in output


def test_a_program_that_does_not_listen_is_killed(supervise):
    code, _, supervisor = supervise(_program("deaf", DEAF, patience_seconds=0.2), then=_interrupt())
    assert code == 0
    assert supervisor._children[0].process.returncode == -signal.SIGKILL


def test_a_second_ctrl_c_does_not_wait(supervise):
    def twice(_):
        os.kill(os.getpid(), signal.SIGINT)
        wait_until(lambda: False, seconds=0.3)
        os.kill(os.getpid(), signal.SIGINT)

    code, _, supervisor = supervise(_program("deaf", DEAF, patience_seconds=3600), then=twice)
    assert code == 0
    assert supervisor._children[0].process.returncode == -signal.SIGKILL


def test_what_a_program_started_goes_with_it(supervise):
    grandchild = []

    def note_and_interrupt(output):
        grandchild.append(int(output.split("| child ")[1].split()[0]))
        os.kill(os.getpid(), signal.SIGINT)

    supervise(_program("forks", FORKS), then=note_and_interrupt)
    assert wait_until(lambda: not is_running(grandchild[0]), seconds=5)


def test_logs_go_to_the_screen_with_a_name_and_to_a_file_without(supervise, tmp_path):
    _, output, _ = supervise(_program("web", "print('到店登记')"))
    assert "web | 到店登记\n" in output
    assert (tmp_path / "log" / "web.log").read_text(encoding="utf-8") == "到店登记\n"


def test_signal_handlers_are_given_back(supervise):
    before = signal.getsignal(signal.SIGINT)
    supervise(_program("web", "pass"))
    assert signal.getsignal(signal.SIGINT) is before
