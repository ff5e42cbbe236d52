package dev.meshclient.policy;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Who the endpoints of a service are: SPIFFE IDs, written in full or as the path below the trust domain of the document.
 *
 * @param trustDomain of the document; null: it states none, and IDs must be written in full
 * @param template of the defaults, in which {@code {service}} stands for the name of the service; null: none
 */
record ServiceAccounts(
        @Nullable String trustDomain, @Nullable String template) {
    static final int MAX = 2048;

    // No segment that is empty, or of dots alone: SPIFFE ID 2.2. Looked at first, since java.util.regex recurses for
    // each
    // turn of a group: long paths must not cost the stack.
    private static final String SEGMENTS = "(?!/|.*//|.*/$|(.*/)?\\.{1,2}(/|$))";
    private static final String PATH = SEGMENTS + "[A-Za-z0-9._/-]+";
    private static final String TEMPLATE_PATH = "(?!$)" + SEGMENTS + "[A-Za-z0-9._/-]*(\\{service\\}[A-Za-z0-9._/-]*)*";
    private static final String TRUST_DOMAIN = "spiffe://[a-z0-9._-]{1,255}/";
    static final Pattern ID = Pattern.compile(TRUST_DOMAIN + PATH);
    static final Pattern ACCOUNT = Pattern.compile("(" + TRUST_DOMAIN + ")?" + PATH);
    static final Pattern TEMPLATE = Pattern.compile("(" + TRUST_DOMAIN + ")?" + TEMPLATE_PATH);
    private static final String EXPECTED =
            "a SPIFFE ID such as spiffe://shop.example/ns/prod/sa/orders, or its path without the first slash";

    /** As it stands in the defaults. */
    static String template(Node node) {
        return node.text(MAX, TEMPLATE, EXPECTED + "; {service} stands for the name of the service");
    }

    /** In full. */
    String account(Node node) {
        String stated = node.text(MAX, ACCOUNT, EXPECTED);
        String id = stated.isEmpty() ? stated : inFull(stated);
        if (id == null) {
            node.wrong("a SPIFFE ID in full, since the document states no trustDomain");
            return "";
        }
        return id;
    }

    /** What the endpoints of a service are that say nothing; null: it cannot be told. */
    @Nullable
    String byDefault(String service) {
        String stated = (template == null ? "{service}" : template).replace("{service}", service);
        String id = inFull(stated);
        return id != null && id.length() <= MAX && ID.matcher(id).matches() ? id : null;
    }

    private @Nullable String inFull(String stated) {
        return stated.startsWith("spiffe://")
                ? stated
                : trustDomain == null ? null : "spiffe://" + trustDomain + "/" + stated;
    }
}
