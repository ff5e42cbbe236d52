package dev.meshclient.internal.okhttp.client;

import org.jspecify.annotations.Nullable;

/**
 * Formats numbers for headers. The remaining time is nearly the same in successive calls, so the last text is cached; two
 * threads in turn create a few more texts.
 */
public final class HeaderNumbers {
    private static final String[] SMALL = new String[16];

    static {
        for (int i = 0; i < SMALL.length; i++) {
            SMALL[i] = Integer.toString(i);
        }
    }

    private volatile @Nullable Last last;

    private record Last(long number, String text) {}

    public String text(long number) {
        if (number >= 0 && number < SMALL.length) {
            return SMALL[(int) number];
        }
        Last known = last;
        if (known == null || known.number != number) {
            known = new Last(number, Long.toString(number));
            last = known;
        }
        return known.text;
    }
}
