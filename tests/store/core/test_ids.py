from store.core.ids import new_id


def test_ids_are_32_hex_characters_and_sort_by_birth() -> None:
    ids = [new_id() for _ in range(1000)]
    assert ids == sorted(ids)
    assert all(len(i) == 32 and int(i, 16) >> 76 & 0xF == 7 for i in ids)
