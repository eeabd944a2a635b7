import typing

import pytest

from tests.combiners.pools import EVERY_COMBINER, kind_of
from tickertone.catalog.combiners import CombinerSpec
from tickertone.combiners.registry import combiner_module, make_combiner
from tickertone.errors import ConfigError
from tickertone.identity.code import code_parts

KINDS_IN_THE_CATALOG = {
    typing.get_args(spec.model_fields["kind"].annotation)[0]: spec
    for spec in typing.get_args(typing.get_args(CombinerSpec)[0])
}


def test_these_tests_know_every_kind_in_the_catalog():
    assert {kind_of(spec) for spec in EVERY_COMBINER} == set(KINDS_IN_THE_CATALOG)


@pytest.mark.parametrize("kind", KINDS_IN_THE_CATALOG)
def test_the_dump_of_every_spec_makes_a_combiner_with_its_parameters(kind):
    dump = KINDS_IN_THE_CATALOG[kind](kind=kind).model_dump(mode="json")
    combiner = make_combiner(dump)
    assert type(combiner).__module__ == combiner_module(kind)
    assert {"kind": kind, **vars(combiner)} == dump


@pytest.mark.parametrize("kind", KINDS_IN_THE_CATALOG)
def test_the_code_of_a_combine_step_holds_its_own_combiner_and_no_other(kind):
    code = code_parts(["tickertone.stages.combine", combiner_module(kind)])
    combiners = {combiner_module(k) for k in KINDS_IN_THE_CATALOG}
    assert combiners & set(code) == {combiner_module(kind)}
    assert not any(module.startswith("tickertone.catalog") for module in code)


@pytest.mark.parametrize("kind", ["median", "../mean", "", "pool"])
def test_a_kind_that_is_no_combiner_is_refused(kind):
    with pytest.raises(ConfigError, match="kind"):
        make_combiner({"kind": kind})
