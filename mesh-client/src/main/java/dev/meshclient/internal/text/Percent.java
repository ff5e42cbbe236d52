package dev.meshclient.internal.text;

/** Shares as percent, rounded to a tenth: {@code 12.5 %}. */
public final class Percent {
    private static final double NOTHING = 1e-9; // an error of rounding

    private Percent() {}

    /** A share above 0 does not become 0, and one below 1 does not become 100 %. */
    public static String of(double share) {
        long tenths = Math.round(share * 1000);
        long shown = tenths == 0 && share > NOTHING ? 1 : tenths == 1000 && share < 1 - NOTHING ? 999 : tenths;
        return shown / 10 + (shown % 10 == 0 ? "" : "." + shown % 10) + " %";
    }
}
