package dev.meshclient.identity;

import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The bundles of several trust domains: the own one and those it is federated with. Each vouches for its own members only. */
public final class TrustBundles {
    /** Trusts nobody. */
    public static final TrustBundles NONE = new TrustBundles(new TreeMap<>());

    private final Map<String, TrustBundle> byTrustDomain;

    private TrustBundles(Map<String, TrustBundle> byTrustDomain) {
        this.byTrustDomain = Collections.unmodifiableMap(byTrustDomain);
    }

    /** @throws IllegalArgumentException if two are of one trust domain */
    public static TrustBundles of(TrustBundle... bundles) {
        return of(List.of(bundles));
    }

    /** @throws IllegalArgumentException if two are of one trust domain */
    public static TrustBundles of(Collection<TrustBundle> bundles) {
        Map<String, TrustBundle> all = new TreeMap<>();
        for (TrustBundle bundle : bundles) {
            if (all.putIfAbsent(bundle.trustDomain(), bundle) != null) {
                throw new IllegalArgumentException("there are two bundles of trust domain '" + bundle.trustDomain()
                        + "': each has one, put all its authorities into it");
            }
        }
        return new TrustBundles(all);
    }

    /**
     * A SPIFFE bundle map: {@code {"trust_domains": {"a.example": {"keys": [...]}}}}.
     *
     * @throws CertificateException if it breaks a rule, one trust domain that is there twice included
     */
    public static TrustBundles fromSpiffeBundleMap(String json) throws CertificateException {
        return of(SpiffeJwks.readMap(json.getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * These and one more.
     *
     * @throws IllegalArgumentException if there is one of that trust domain
     */
    public TrustBundles and(TrustBundle bundle) {
        List<TrustBundle> all = new ArrayList<>(byTrustDomain.values());
        all.add(bundle);
        return of(all);
    }

    /** That of a trust domain; null if it is not known. */
    public @Nullable TrustBundle of(String trustDomain) {
        return byTrustDomain.get(trustDomain);
    }

    /** The trust domains that are known, sorted. */
    public Set<String> trustDomains() {
        return byTrustDomain.keySet();
    }

    /** All of them, sorted by trust domain. */
    public Collection<TrustBundle> all() {
        return byTrustDomain.values();
    }

    /** Whether the other takes the word of the same X.509 authorities for the same trust domains. */
    boolean trustsAs(TrustBundles other) {
        return byTrustDomain.keySet().equals(other.byTrustDomain.keySet())
                && byTrustDomain.values().stream().allMatch(bundle -> {
                    TrustBundle others = other.byTrustDomain.get(bundle.trustDomain());
                    return others != null
                            && Set.copyOf(bundle.x509Authorities()).equals(Set.copyOf(others.x509Authorities()));
                });
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TrustBundles that && byTrustDomain.equals(that.byTrustDomain);
    }

    @Override
    public int hashCode() {
        return byTrustDomain.hashCode();
    }

    @Override
    public String toString() {
        return byTrustDomain.values().toString();
    }
}
