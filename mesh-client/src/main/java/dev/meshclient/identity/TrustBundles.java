package dev.meshclient.identity;

import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The bundles of several trust domains: the own and the federated ones. Each vouches for its own members only. */
public final class TrustBundles {
    /** Trusts no peer. */
    public static final TrustBundles NONE = new TrustBundles(new TreeMap<>());

    private final Map<String, TrustBundle> byTrustDomain;

    private TrustBundles(Map<String, TrustBundle> byTrustDomain) {
        this.byTrustDomain = Collections.unmodifiableMap(byTrustDomain);
    }

    /** @throws IllegalArgumentException if two bundles have the same trust domain */
    public static TrustBundles of(TrustBundle... bundles) {
        Objects.requireNonNull(bundles, "bundles must not be null: pass bundles, or none");
        return of(Arrays.asList(bundles));
    }

    /** @throws IllegalArgumentException if two bundles have the same trust domain */
    public static TrustBundles of(Collection<TrustBundle> bundles) {
        Objects.requireNonNull(bundles, "bundles must not be null: pass bundles, or none");
        Map<String, TrustBundle> all = new TreeMap<>();
        for (TrustBundle bundle : bundles) {
            Objects.requireNonNull(bundle, "bundle must not be null: pass bundles without null");
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
     * @throws CertificateException if the map breaks a rule, such as listing a trust domain twice
     */
    public static TrustBundles fromSpiffeBundleMap(String json) throws CertificateException {
        Objects.requireNonNull(json, "json must not be null: pass the text of a bundle map");
        return of(SpiffeJwks.readMap(json.getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * These bundles and one more.
     *
     * @throws IllegalArgumentException if there already is a bundle of that trust domain
     */
    public TrustBundles and(TrustBundle bundle) {
        Objects.requireNonNull(bundle, "bundle must not be null: pass a bundle of another trust domain");
        List<TrustBundle> all = new ArrayList<>(byTrustDomain.values());
        all.add(bundle);
        return of(all);
    }

    /** The bundle of a trust domain; null if there is none. */
    public @Nullable TrustBundle of(String trustDomain) {
        Objects.requireNonNull(trustDomain, "trustDomain must not be null: pass a trust domain, such as shop.example");
        return byTrustDomain.get(trustDomain);
    }

    /** The trust domains of the bundles, sorted. */
    public Set<String> trustDomains() {
        return byTrustDomain.keySet();
    }

    /** All bundles, sorted by trust domain. */
    public Collection<TrustBundle> all() {
        return byTrustDomain.values();
    }

    /** Whether the other has the same X.509 authorities for the same trust domains. */
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
