package dev.meshclient.internal.text;

import java.util.Collection;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Finds the word that an author probably meant. */
public final class NearWord {
    private static final int SHORTEST = 3;
    private static final int LONGEST = 40;

    private NearWord() {}

    /**
     * The legal word that differs in a few letters only, not counting case and hyphens; null: none does. A short word may differ
     * in case and hyphens only. A digit may stand twice, and otherwise has a meaning: {@code 4xx} is no mistyped {@code 5xx}.
     */
    public static @Nullable String of(String word, Collection<String> legal) {
        if (word.isEmpty() || word.length() > LONGEST) {
            return null;
        }
        String plain = plain(word);
        String nearest = null;
        int least = word.length() < SHORTEST ? 1 : plain.length() < 6 ? 2 : plain.length() < 10 ? 3 : 4;
        for (String candidate : legal) {
            if (candidate.length() < plain.length() - least
                    || candidate.length() > LONGEST + SHORTEST
                    || !digits(candidate).equals(digits(word))) {
                continue;
            }
            int distance = distance(plain, plain(candidate));
            if (distance < least) {
                least = distance;
                nearest = candidate;
            }
        }
        return nearest;
    }

    /** Without case, hyphens and underscores. */
    public static String plain(String word) {
        return word.toLowerCase(Locale.ROOT).replace("-", "").replace("_", "");
    }

    private static String digits(String word) {
        return word.replaceAll("(\\d)\\1+|\\D", "$1");
    }

    /** Inserted, removed and other letters, and exchanged neighbours (Damerau's distance, each pair once). */
    private static int distance(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    d[i][j] = i + j;
                    continue;
                }
                int changed = d[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                d[i][j] = Math.min(changed, Math.min(d[i - 1][j], d[i][j - 1]) + 1);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }
}
