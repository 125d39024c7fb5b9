"""Blobs: whole or not there, for the shop alone, and never outside their folder."""

import os
import stat

import pytest

from app.core import storage


def write(key, body=b"clay"):
    with storage.writing(key) as file:
        file.write(body)
    return key


def test_what_is_written_can_be_read_until_it_is_deleted(app):
    key = write(storage.new_key("txt"))

    with storage.open_blob(key) as blob:
        assert blob.read() == b"clay"
    assert (storage.size(key), storage.exists(key)) == (4, True)
    assert storage.delete(key) == 4
    assert storage.delete(key) == 0
    assert not storage.exists(key)
    with pytest.raises(FileNotFoundError):
        storage.open_blob(key)


def test_a_blob_lies_two_folders_deep_and_only_the_shop_may_read_it(app):
    key = write(storage.new_key("jpg"))
    path = storage.folder() / key[:2] / key[2:4] / key

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for folder in (path.parent, path.parent.parent, storage.folder()):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_what_fails_half_way_leaves_nothing(app):
    key = storage.new_key("txt")

    with pytest.raises(RuntimeError), storage.writing(key) as file:
        file.write(b"half")
        file.flush()
        assert not storage.exists(key), "nobody reads half a file"
        raise RuntimeError

    assert list(storage.list_blobs()) == []


def test_writing_again_replaces_the_blob_at_once(app):
    key = write(storage.new_key("txt"), b"old")

    with storage.writing(key) as file:
        file.write(b"new")
        with storage.open_blob(key) as blob:
            assert blob.read() == b"old"

    with storage.open_blob(key) as blob:
        assert blob.read() == b"new"


def test_the_list_has_all_blobs_and_the_drafts_of_killed_processes(app):
    key = write(storage.new_key("txt"))
    draft = f"{key}.0123abcd.draft"
    (storage.path_of(draft)).write_bytes(b"half")
    (storage.folder() / key[:2] / key[2:4] / "README").write_text("not ours")
    os.utime(storage.path_of(key), (1, 1))

    listed = {blob.key: blob for blob in storage.list_blobs()}

    assert set(listed) == {key, draft}
    assert listed[key].age_s > listed[draft].age_s
    assert storage.delete(draft) == 4


def test_the_same_name_is_made_of_a_key_each_time(app):
    key = storage.new_key("jpg")

    assert storage.sibling(key, "small", "webp") == f"{key[:32]}-small.webp"
    assert write(storage.sibling(key, "small", "webp"))


@pytest.mark.parametrize(
    "key",
    [
        "",
        "..",
        "../shop.db",
        "/etc/passwd",
        f"{'a' * 32}",
        f"{'a' * 32}.jpg/../../x.jpg",
        f"{'a' * 32}.jpg\n",
    ],
)
def test_no_key_leads_out_of_the_folder(app, key):
    with pytest.raises(ValueError, match="not a key"):
        storage.open_blob(key)
