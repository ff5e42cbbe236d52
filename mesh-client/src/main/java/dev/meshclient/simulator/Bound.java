package dev.meshclient.simulator;

import java.util.Locale;

/** The figures that a scenario may limit, by their names in {@code atMost}. */
enum Bound {
    lost(false),
    retriesPercent(false),
    hedges(false),
    ejections(false),
    crossings(false),
    p50(true),
    p99(true),
    max(true);

    /** Whether it is a duration, as nanoseconds, and not a number. */
    final boolean isTime;

    Bound(boolean isTime) {
        this.isTime = isTime;
    }

    double of(Account account) {
        return switch (this) {
            case lost -> account.lost();
            case retriesPercent -> account.retriesPercent();
            case hedges -> account.hedges();
            case ejections -> account.ejections();
            case crossings -> account.crossings();
            case p50 -> account.p50().toNanos();
            case p99 -> account.p99().toNanos();
            case max -> account.max().toNanos();
        };
    }

    String shown(double number) {
        return isTime
                ? Account.millis((long) number)
                : number == StrictMath.rint(number)
                        ? String.valueOf((long) number)
                        : String.format(Locale.ROOT, "%.1f", number);
    }
}
