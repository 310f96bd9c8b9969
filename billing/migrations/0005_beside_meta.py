"""What Meta counts is kept beside the ledger, and differences are accepted into it. WhatsApp's ids of messages hold
customers' numbers: they leave the ledger, and with the rewritten table also the disk.
"""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0012_reasons"),
        ("billing", "0004_invoices"),
    ]

    operations = [
        migrations.CreateModel(
            name="InternationalRates",
            fields=[
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="international_rates",
                        serialize=False,
                        to="accounts.businessaccount",
                    ),
                ),
                ("home", models.CharField(max_length=60)),
                ("begins", models.DateField()),
                ("exceptions", models.JSONField(blank=True, default=dict)),
            ],
        ),
        migrations.CreateModel(
            name="MetaDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("problem", models.CharField(blank=True, default="", max_length=300)),
            ],
        ),
        migrations.CreateModel(
            name="MetaFigure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("country", models.CharField(blank=True, default="", max_length=2)),
                ("market", models.CharField(blank=True, default="", max_length=60)),
                ("what", models.CharField(max_length=32)),
                (
                    "basis",
                    models.CharField(
                        choices=[
                            ("charged", "Charged"),
                            ("free", "Free"),
                            ("entry", "Free: came from an advertisement"),
                        ],
                        max_length=8,
                    ),
                ),
                ("tier", models.CharField(blank=True, default="", max_length=40)),
                ("digits", models.CharField(blank=True, default="", max_length=20)),
                ("quantity", models.PositiveIntegerField()),
                ("cost", models.DecimalField(decimal_places=18, max_digits=38, null=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="ledgerentry",
            name="ledger_line_or_reversal",
        ),
        migrations.RemoveField(
            model_name="ledgerentry",
            name="wamid",
        ),
        migrations.AddField(
            model_name="ledgerentry",
            name="note",
            field=models.CharField(blank=True, default="", max_length=300),
        ),
        migrations.AddField(
            model_name="parties",
            name="markup_apart",
            field=models.BooleanField(default=False),
        ),
        migrations.AlterField(
            model_name="ledgerentry",
            name="cause",
            field=models.CharField(
                choices=[
                    ("estimated", "Sent: estimated until it arrives"),
                    ("confirmed", "Delivered: confirmed"),
                    ("void", "Not delivered: taken back"),
                    ("corrected", "Corrected"),
                    ("accepted", "Adjusted to what Meta counts"),
                ],
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="ledgerentry",
            name="number",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="ledger",
                to="accounts.phonenumber",
            ),
        ),
        migrations.AlterField(
            model_name="ledgerentry",
            name="party",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="ledger",
                to="billing.party",
            ),
        ),
        migrations.AlterField(
            model_name="ledgerentry",
            name="quantity",
            field=models.IntegerField(default=1),
        ),
        migrations.AddConstraint(
            model_name="ledgerentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("quantity", 1), ("reverses", None)),
                    models.Q(("quantity", -1), ("reverses__isnull", False)),
                    ("cause", "accepted"),
                    _connector="OR",
                ),
                name="ledger_line_or_reversal",
            ),
        ),
        migrations.AddConstraint(
            model_name="ledgerentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("cause", "accepted"),
                    models.Q(("number__isnull", False), ("party__isnull", False)),
                    _connector="OR",
                ),
                name="ledger_line_of_somebody",
            ),
        ),
        migrations.AddField(
            model_name="metaday",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="meta_days",
                to="accounts.businessaccount",
            ),
        ),
        migrations.AddField(
            model_name="metafigure",
            name="asked",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="figures",
                to="billing.metaday",
            ),
        ),
        migrations.AddConstraint(
            model_name="metaday",
            constraint=models.UniqueConstraint(fields=("account", "day"), name="meta_day_once"),
        ),
    ]
