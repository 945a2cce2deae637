"""The figures before they are published: within their limits, near what is published, and in
agreement with the official ones.
"""

import great_expectations.expectations as gxe

from expectations.guards import Guard, named

LIMITS = Guard(
    "fct_indicator_progress@candidate",
    "select progress.indicator_code as named_by, progress.*, indicators.natural_limit, case when"
    " not indicators.may_be_negative then progress.actual_value end as value_from_zero from"
    " marts.fct_indicator_progress as progress inner join marts.dim_indicators as indicators on"
    " progress.indicator_code = indicators.indicator_code",
    (
        gxe.ExpectColumnPairValuesAToBeGreaterThanB(
            column_A="natural_limit",
            column_B="actual_value",
            or_equal=True,
            ignore_row_if="either_value_is_missing",
            severity="critical",
            meta=named(
                "no_actual_passes_its_limit", "an actual is above the indicator's natural limit"
            ),
        ),
        gxe.ExpectColumnValuesToBeBetween(
            column="value_from_zero",
            min_value=0,
            severity="critical",
            meta=named(
                "no_actual_is_negative",
                "an actual is negative, and seeds/indicators.csv does not say that it may be",
            ),
        ),
    ),
)

DRIFTS = Guard(
    "progress_drifts@candidate",
    "select indicator_code as named_by, * from intermediate.int_progress_drifts",
    (
        gxe.ExpectColumnValuesToBeBetween(
            column="drift_points",
            max_value=10,
            severity="warning",
            meta=named(
                "final_rates_stay_near_what_is_published",
                "a final rate moved by more than 10 points from what is published",
            ),
        ),
    ),
)

RECONCILIATION = Guard(
    "fct_reconciliation@candidate",
    "select indicator_code || ' FY' || fiscal_year || ': ' || computed_value || ' where ' ||"
    " published_in || ' says ' || official_text as named_by, * from marts.fct_reconciliation",
    (
        gxe.ExpectColumnValuesToBeInSet(
            column="outcome",
            value_set=["agrees", "within_qualifier", "differs_explained", "cannot_tell"],
            severity="critical",
            meta=named(
                "computed_actuals_agree_with_published_ones",
                "a computed actual differs from the published one; mend the source, or explain it"
                " in seeds/reconciliation_notes.csv",
            ),
        ),
    ),
)

RATINGS = Guard(
    "fct_indicator_progress_ratings@candidate",
    "select indicator_code || ' FY' || fiscal_year || ': rated ' || official_rating || ', ' "
    "|| coalesce(cast(actual_value as varchar), actual_text) || ' of ' || target_text "
    "as named_by, * from marts.fct_indicator_progress where rating_comparison is not null",
    (
        gxe.ExpectColumnValuesToBeInSet(
            column="rating_comparison",
            value_set=["agrees", "differs_explained"],
            severity="critical",
            meta=named(
                "ratings_agree_with_the_figures",
                "an official rating differs from its figures; say why in seeds/rating_notes.csv",
            ),
        ),
    ),
)
