package dev.meshclient.policy;

import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The SPIFFE IDs of a service's endpoints, stated in full or as the path below the document's trust domain.
 *
 * @param trustDomain the trust domain of the document; null: it states none, and IDs must be stated in full
 * @param template the template of the defaults, in which {@code {service}} stands for the name of the service; null: none
 */
record ServiceAccounts(
        @Nullable String trustDomain, @Nullable String template) {
    static final int MAX = 2048;

    // No segment that is empty or consists of dots alone: SPIFFE ID 2.2. A lookahead, checked first, since
    // java.util.regex recurses for each repetition of a group: long paths must not exhaust the stack.
    private static final String SEGMENTS = "(?!/|.*//|.*/$|(.*/)?\\.{1,2}(/|$))";
    private static final String PATH = SEGMENTS + "[A-Za-z0-9._/-]+";
    // For the same reason, lookaheads check the braces: each belongs to {service}.
    private static final String TEMPLATE_PATH =
            "(?!$)" + SEGMENTS + "(?!.*\\{(?!service\\}))(?!.*(?<!\\{service)\\})[A-Za-z0-9._/{}-]*";
    private static final String TRUST_DOMAIN = "spiffe://[a-z0-9._-]{1,255}/";
    static final Pattern ID = Pattern.compile(TRUST_DOMAIN + PATH);
    static final Pattern ACCOUNT = Pattern.compile("(" + TRUST_DOMAIN + ")?" + PATH);
    static final Pattern TEMPLATE = Pattern.compile("(" + TRUST_DOMAIN + ")?" + TEMPLATE_PATH);
    static final String EXPECTED =
            "a SPIFFE ID such as spiffe://shop.example/ns/prod/sa/orders, or its path without the first slash";

    /** The problem of a stated account; null: none. */
    @Nullable
    String fault(String account) {
        if (!Place.matches(account, MAX, ACCOUNT)) {
            return EXPECTED;
        }
        return inFull(account) == null ? "a SPIFFE ID in full, since the document states no trustDomain" : null;
    }

    /** The service with all stated accounts in full and its default account. */
    Service inFull(String name, Service service) {
        boolean whole = service.endpoints().stream().allMatch(e -> isInFull(e.serviceAccount()))
                && service.subsets().stream()
                        .allMatch(s -> isInFull(s.settings().backend().serviceAccount()));
        String own = service.settings().backend().serviceAccount();
        String account = own != null ? full(own) : service.resolution() == Resolution.NONE ? null : byDefault(name);
        if (whole && Objects.equals(own, account)) {
            return service;
        }
        Service.Builder builder =
                service.toBuilder().backend(with(service.settings().backend(), account));
        if (!whole) {
            builder.endpoints(service.endpoints().stream()
                            .map(e -> isInFull(e.serviceAccount())
                                    ? e
                                    : e.toBuilder()
                                            .serviceAccount(full(e.serviceAccount()))
                                            .build())
                            .toList())
                    .subsets(service.subsets().stream().map(this::inFull).toList());
        }
        return builder.build();
    }

    private Subset inFull(Subset subset) {
        BackendSettings backend = subset.settings().backend();
        Settings settings = new Settings(subset.settings().route(), with(backend, full(backend.serviceAccount())));
        return new Subset(subset.name(), subset.labels(), settings);
    }

    private static BackendSettings with(BackendSettings settings, @Nullable String account) {
        return settings.toBuilder().serviceAccount(account).build();
    }

    private static boolean isInFull(@Nullable String account) {
        return account == null || account.startsWith("spiffe://");
    }

    private @Nullable String full(@Nullable String account) {
        String id = account == null ? null : inFull(account);
        return id == null ? account : id;
    }

    /** The account of endpoints that state none; null: unknown. */
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
