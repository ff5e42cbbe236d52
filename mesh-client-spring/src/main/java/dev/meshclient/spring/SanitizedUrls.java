package dev.meshclient.spring;

import java.util.regex.Pattern;

/** URLs in the form in which logs, failures and pages of operators print them. */
public final class SanitizedUrls {
    /** The stars are those of all endpoints of Boot. */
    private static final String HIDDEN = "://******@";

    private static final Pattern USER = Pattern.compile("://[^/?#\\s]*@");

    private SanitizedUrls() {}

    /** The text without the users and passwords of its URLs. */
    public static String withoutUser(String text) {
        return USER.matcher(text).replaceAll(HIDDEN);
    }
}
