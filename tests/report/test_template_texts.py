"""Templates translate by Jinja's i18n extension: texts, their plural, and values that stay typed."""

from datetime import date

import pytest

from offerloop.report import Localizer, template_environment, text_functions

CUSTOMERS = '{% trans "check of the data" n=count %}{{ n }} customer{% pluralize %}{{ n }} customers{% endtrans %}'
PLAN = "{% trans day=as_of %}Promotion plan as of {{ day }}{% endtrans %}"
AGREED = '{% trans "a count in words" n=count %}{{ n }} of 10 %{% pluralize %}{{ n }} of <b> 10 %{% endtrans %}'


def rendered(template, language, **values):
    return template_environment().from_string(template).render(**text_functions(Localizer(language)), **values)


@pytest.mark.parametrize(
    ("template", "language", "values", "text"),
    [
        (CUSTOMERS, "en", {"count": 1}, "1 customer"),
        (CUSTOMERS, "en", {"count": 1234}, "1,234 customers"),
        (CUSTOMERS, "zh", {"count": 1}, "1 位用户"),
        (PLAN, "en", {"as_of": date(2018, 1, 2)}, "Promotion plan as of 2 January 2018"),
        (PLAN, "zh", {"as_of": date(2018, 1, 2)}, "促销计划，计划日 2018 年 1 月 2 日"),
        (AGREED, "en", {"count": 1}, "1 of 10 %"),
        (AGREED, "en", {"count": 2}, "2 of &lt;b&gt; 10 %"),
        ("{% trans text=as_of %}{{ text }}{% endtrans %}", "en", {"as_of": "as written"}, "as written"),
        ('{% trans "navigation" %}Pages{% endtrans %}', "zh", {}, "页面"),
    ],
)
def test_a_text_is_of_its_language_and_number_with_typed_values(template, language, values, text):
    assert rendered(template, language, **values) == text
