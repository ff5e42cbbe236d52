package dev.meshclient.internal.balance;

import java.nio.charset.StandardCharsets;

/**
 * XXH64 of a text in UTF-8, as Envoy hashes keys and endpoints. Allocates nothing for ASCII. The rule is "XXH64 algorithm
 * description" of xxHash's specification (doc/xxhash_spec.md in github.com/Cyan4973/xxHash).
 */
final class XxHash64 {
    private static final long P1 = 0x9E37_79B1_85EB_CA87L;
    private static final long P2 = 0xC2B2_AE3D_27D4_EB4FL;
    private static final long P3 = 0x1656_67B1_9E37_79F9L;
    private static final long P4 = 0x85EB_CA77_C2B2_AE63L;
    private static final long P5 = 0x27D4_EB2F_1656_67C5L;

    private XxHash64() {}

    static long of(String text) {
        return of(text, 0);
    }

    static long of(String text, long seed) {
        return ofBytes(isAscii(text) ? text : latin1(text), seed);
    }

    private static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                return false;
            }
        }
        return true;
    }

    /** A text whose characters are the bytes of this text in UTF-8. */
    private static String latin1(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    /** @param bytes each character is a byte */
    private static long ofBytes(String bytes, long seed) {
        int length = bytes.length();
        int at = length & ~31;
        long hash = (at > 0 ? stripes(bytes, at, seed) : seed + P5) + length;
        for (; at + 8 <= length; at += 8) {
            hash = Long.rotateLeft(hash ^ round(0, long8(bytes, at)), 27) * P1 + P4;
        }
        if (at + 4 <= length) {
            hash = Long.rotateLeft(hash ^ (long4(bytes, at) * P1), 23) * P2 + P3;
            at += 4;
        }
        for (; at < length; at++) {
            hash = Long.rotateLeft(hash ^ (bytes.charAt(at) * P5), 11) * P1;
        }
        hash = (hash ^ (hash >>> 33)) * P2;
        hash = (hash ^ (hash >>> 29)) * P3;
        return hash ^ (hash >>> 32);
    }

    /** The first bytes, 32 at a time. */
    private static long stripes(String bytes, int end, long seed) {
        long a = seed + P1 + P2;
        long b = seed + P2;
        long c = seed;
        long d = seed - P1;
        for (int at = 0; at < end; at += 32) {
            a = round(a, long8(bytes, at));
            b = round(b, long8(bytes, at + 8));
            c = round(c, long8(bytes, at + 16));
            d = round(d, long8(bytes, at + 24));
        }
        long hash = Long.rotateLeft(a, 1) + Long.rotateLeft(b, 7) + Long.rotateLeft(c, 12) + Long.rotateLeft(d, 18);
        return merge(merge(merge(merge(hash, a), b), c), d);
    }

    private static long round(long sum, long input) {
        return Long.rotateLeft(sum + input * P2, 31) * P1;
    }

    private static long merge(long hash, long sum) {
        return (hash ^ round(0, sum)) * P1 + P4;
    }

    private static long long8(String bytes, int at) {
        return long4(bytes, at) | long4(bytes, at + 4) << 32;
    }

    private static long long4(String bytes, int at) {
        return bytes.charAt(at)
                | bytes.charAt(at + 1) << 8
                | bytes.charAt(at + 2) << 16
                | (long) bytes.charAt(at + 3) << 24;
    }
}
