"""A folder with a name that breaks naive launchers, and services in it that are stopped whatever happens."""

import pytest

from dms.embedded import Cluster, Server


@pytest.fixture
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("a folder 售后 服务")
    yield folder
    for found in folder.glob("**/postmaster.pid"):
        Cluster(found.parent).stop()
    for found in folder.glob("**/valkey.conf"):
        Server(found.with_suffix("")).stop()


@pytest.fixture
def cluster(folder):
    return Cluster(folder / "postgres", fsync=False)


@pytest.fixture
def broker(folder):
    return Server(folder / "valkey")
