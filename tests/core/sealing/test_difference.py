from ketacare.core.sealing import Change, Difference, differences

SEALED = (
    {"key": "value:1", "value": 132.0, "by": None},
    {"key": "monitor:15:03", "values": [[0, 71], [1000, 72]]},
)


def test_the_same_has_no_difference():
    assert differences(SEALED, SEALED) == ()


def test_a_changed_value_is_named_with_both():
    found = ({**SEALED[0], "value": 123.0}, SEALED[1])
    assert differences(SEALED, found) == (
        Difference(key="value:1", change=Change.CHANGED, place="value", sealed=132.0, found=123.0),
    )


def test_one_value_among_many_is_named_by_its_place():
    found = (SEALED[0], {"key": "monitor:15:03", "values": [[0, 71], [1000, 27]]})
    (only,) = differences(SEALED, found)
    assert (only.key, only.place, only.sealed, only.found) == (
        "monitor:15:03",
        "values[1][1]",
        72,
        27,
    )


def test_what_went_and_what_came_are_told_apart():
    found = (SEALED[0], {"key": "value:2", "value": 1})
    assert [(d.key, d.change) for d in differences(SEALED, found)] == [
        ("monitor:15:03", Change.MISSING),
        ("value:2", Change.ADDED),
    ]


def test_a_number_and_the_same_number_as_text_differ():
    (only,) = differences(({"key": "a", "v": 1},), ({"key": "a", "v": "1"},))
    assert (only.sealed, only.found) == (1, "1")


def test_nothing_and_not_there_differ():
    (only,) = differences(({"key": "a", "v": None},), ({"key": "a"},))
    assert only.place == "v"


def test_a_name_that_stands_twice_is_compared_in_order():
    twice = ({"key": "a", "v": 1}, {"key": "a", "v": 2})
    (only,) = differences(twice, ({"key": "a", "v": 1}, {"key": "a", "v": 3}))
    assert (only.sealed, only.found) == (2, 3)
