package dev.meshclient.internal.authz;

/** Decider: whether a text is base64url in the one form that RFC 7515 2 and RFC 4648 3.5 allow: another form has the same bytes. */
final class Base64Url {
    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    private Base64Url() {}

    /** No padding, no other character, and no bits that belong to no byte. */
    static boolean isCanonical(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (ALPHABET.indexOf(text.charAt(i)) < 0) {
                return false;
            }
        }
        int last = text.isEmpty() ? 0 : ALPHABET.indexOf(text.charAt(text.length() - 1));
        return switch (text.length() % 4) {
            case 0 -> true;
            case 2 -> (last & 0b1111) == 0;
            case 3 -> (last & 0b11) == 0;
            default -> false; // six bits are no byte
        };
    }
}
