package dev.meshclient.internal.okhttp.client;

import java.util.Locale;

/** The {@code Keep-Alive} response header, RFC 2068 19.7.1.1: {@code timeout=5, max=100}. */
final class KeepAlive {
    private KeepAlive() {}

    /** -1: not stated. */
    static long timeoutSeconds(String header) {
        for (String parameter : header.toLowerCase(Locale.ROOT).split(",", 8)) {
            String[] pair = parameter.trim().split("=", 2);
            if (pair.length == 2 && pair[0].trim().equals("timeout")) {
                String value = pair[1].trim();
                boolean number =
                        !value.isEmpty() && value.length() <= 9 && value.chars().allMatch(Character::isDigit);
                return number ? Long.parseLong(value) : -1;
            }
        }
        return -1;
    }
}
