package dev.meshclient.internal.authz;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Converts paths to the form that rules are compared with: percent-decoded once. A path that servers interpret in different
 * ways (an encoded slash, dot segments, empty elements, path parameters, a fragment) has no such form.
 */
final class Paths {
    private Paths() {}

    /**
     * @param path as the client sent it, perhaps with a query
     * @return the same string if nothing changes; null if servers interpret it in different ways
     */
    static @Nullable String normal(String path) {
        if (path.indexOf('#') >= 0) {
            return null; // no request target has a fragment (RFC 9112 3.2); Envoy refuses it too
        }
        int query = path.indexOf('?');
        int end = query < 0 ? path.length() : query;
        boolean encoded = false;
        for (int i = 0; i < end; i++) {
            char c = path.charAt(i);
            if (c == '%') {
                encoded = true;
            } else if (isAmbiguous(path, i, end)) {
                return null;
            }
        }
        if (end == 0 || path.charAt(0) != '/') {
            return path.equals("*") ? path : null; // OPTIONS *
        }
        String sent = end == path.length() ? path : path.substring(0, end);
        if (!encoded) {
            return sent;
        }
        String decoded = decode(sent);
        if (decoded == null) {
            return null;
        }
        for (int i = 0; i < decoded.length(); i++) {
            if (isAmbiguous(decoded, i, decoded.length())) {
                return null;
            }
        }
        // An encoded slash makes the path look like a different path.
        return slashes(decoded) == slashes(sent) ? decoded : null;
    }

    /** A literal of a rule in the same form; a literal without such a form stays as it is and never matches. */
    static String decoded(String literal) {
        String decoded = literal.indexOf('%') < 0 ? literal : decode(literal);
        return decoded == null ? literal : decoded;
    }

    private static boolean isAmbiguous(String path, int i, int end) {
        char c = path.charAt(i);
        if (c == '/') {
            char next = i + 1 < end ? path.charAt(i + 1) : 0;
            return next == '/' || (next == '.' && isDots(path, i + 1, end));
        }
        return c == '\\' || c == ';' || c <= ' ' || c == 0x7f;
    }

    private static boolean isDots(String path, int from, int end) {
        int at = from;
        while (at < end && path.charAt(at) == '.') {
            at++;
        }
        return at - from <= 2 && (at == end || path.charAt(at) == '/');
    }

    private static int slashes(String text) {
        int count = 0;
        for (int i = 0; i < text.length(); i++) {
            count += text.charAt(i) == '/' ? 1 : 0;
        }
        return count;
    }

    private static @Nullable String decode(String text) {
        byte[] sent = text.getBytes(StandardCharsets.UTF_8);
        byte[] out = new byte[sent.length];
        int length = 0;
        for (int i = 0; i < sent.length; i++) {
            if (sent[i] != '%') {
                out[length++] = sent[i];
                continue;
            }
            int high = i + 2 < sent.length ? Character.digit(sent[i + 1], 16) : -1;
            int low = high < 0 ? -1 : Character.digit(sent[i + 2], 16);
            if (low < 0) {
                return null;
            }
            out[length++] = (byte) (high << 4 | low);
            i += 2;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(out, 0, length))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }
}
