package dev.meshclient.policy.json;

/**
 * The strings of one document, each as one object: thousands of endpoints share a few zones and labels. A lookup creates no
 * string.
 */
final class SharedStrings {
    private static final int MAX_LENGTH = 128; // longer strings are rarely equal

    private String[] table = new String[256];
    private int size;

    String of(char[] text, int from, int length) {
        if (length > MAX_LENGTH) {
            return new String(text, from, length);
        }
        int hash = 0;
        for (int i = from; i < from + length; i++) {
            hash = 31 * hash + text[i]; // same as String.hashCode
        }
        int slot = slot(hash);
        for (String known = table[slot]; known != null; known = table[slot]) {
            if (known.hashCode() == hash && equal(known, text, from, length)) {
                return known;
            }
            slot = slot + 1 & table.length - 1;
        }
        String made = new String(text, from, length);
        table[slot] = made;
        if (++size * 2 > table.length) {
            grow();
        }
        return made;
    }

    private int slot(int hash) {
        return (hash ^ hash >>> 16) & table.length - 1;
    }

    private static boolean equal(String known, char[] text, int from, int length) {
        if (known.length() != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (known.charAt(i) != text[from + i]) {
                return false;
            }
        }
        return true;
    }

    private void grow() {
        String[] old = table;
        table = new String[old.length * 2];
        for (String known : old) {
            if (known != null) {
                int slot = slot(known.hashCode());
                while (table[slot] != null) {
                    slot = slot + 1 & table.length - 1;
                }
                table[slot] = known;
            }
        }
    }
}
