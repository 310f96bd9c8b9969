"""Who sent what with which template leaves the sums by day: with it there was nearly a row for each line of the ledger.
By month it has sums of its own. Both are folded from what is there; no line is read.
"""

import django.db.models.deletion
from django.db import migrations, models

ALIKE = """workspace_id, month, day, account_id, number_id, kind, category, reason, is_free, is_estimated, is_adjustment,
    draws_quota, is_tiered, market, country, currency, price_currency"""
SUMMED = "sum(quantity) AS quantity, sum(cost) AS cost, sum(price) AS price"
SHARES = f"""
INSERT INTO billing_sharetotal (workspace_id, month, by, key, currency, price_currency, quantity, cost, price)
SELECT workspace_id, date_trunc('month', day)::date, by, key, currency, price_currency, {SUMMED}
FROM billing_daytotal CROSS JOIN LATERAL (VALUES
    ('agent', CASE agent_id WHEN 0 THEN '' ELSE agent_id::text END),
    ('team', CASE team_id WHEN 0 THEN '' ELSE team_id::text END),
    ('template', template_name)
) AS shares (by, key)
GROUP BY 1, 2, 3, 4, 5, 6;
CREATE TEMPORARY TABLE folded ON COMMIT DROP AS SELECT {ALIKE}, {SUMMED} FROM billing_daytotal GROUP BY {ALIKE};
DELETE FROM billing_daytotal;
SET CONSTRAINTS ALL IMMEDIATE;
"""  # noqa: S608  names of ours
DAYS = f"""
INSERT INTO billing_daytotal ({ALIKE}, quantity, cost, price) SELECT {ALIKE}, quantity, cost, price FROM folded;
SET CONSTRAINTS ALL IMMEDIATE;
"""  # noqa: S608  names of ours


class Migration(migrations.Migration):
    dependencies = [("accounts", "0012_reasons"), ("billing", "0005_beside_meta")]

    operations = [
        migrations.CreateModel(
            name="ShareTotal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.DateField()),
                ("by", models.CharField(max_length=8)),
                ("key", models.CharField(blank=True, max_length=512)),
                ("currency", models.CharField(max_length=3)),
                ("price_currency", models.CharField(max_length=3)),
                ("quantity", models.BigIntegerField(default=0)),
                ("cost", models.DecimalField(decimal_places=18, default=0, max_digits=38)),
                ("price", models.DecimalField(decimal_places=18, default=0, max_digits=38)),
                (
                    "workspace",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.workspace",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("workspace", "month", "by", "key", "currency", "price_currency"),
                        name="share_total_once",
                    )
                ]
            },
        ),
        migrations.RunSQL(SHARES, migrations.RunSQL.noop),
        migrations.RemoveConstraint(model_name="daytotal", name="day_total_once"),
        migrations.RemoveField(model_name="daytotal", name="agent_id"),
        migrations.RemoveField(model_name="daytotal", name="team_id"),
        migrations.RemoveField(model_name="daytotal", name="template_name"),
        migrations.RunSQL(DAYS, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="daytotal",
            constraint=models.UniqueConstraint(
                fields=(
                    "workspace",
                    "month",
                    "day",
                    "account_id",
                    "number_id",
                    "kind",
                    "category",
                    "reason",
                    "is_free",
                    "is_estimated",
                    "is_adjustment",
                    "draws_quota",
                    "is_tiered",
                    "market",
                    "country",
                    "currency",
                    "price_currency",
                ),
                name="day_total_once",
            ),
        ),
    ]
