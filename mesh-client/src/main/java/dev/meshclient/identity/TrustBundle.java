package dev.meshclient.identity;

import dev.meshclient.internal.pem.PemText;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The authorities of one trust domain. A bundle without authorities rejects every member: that is how a trust domain revokes
 * all that it issued.
 *
 * @param trustDomain as in {@link SpiffeId#trustDomain}
 * @param x509Authorities the authorities that may sign X509-SVIDs; without duplicates
 * @param jwtAuthorities the keys that may sign JWT-SVIDs, by key ID
 * @param sequence grows with each change; null if it is not stated
 * @param refreshHint how often to look for a newer bundle; null if it is not stated
 */
public record TrustBundle(
        String trustDomain,
        List<X509Certificate> x509Authorities,
        Map<String, PublicKey> jwtAuthorities,
        @Nullable Long sequence,
        @Nullable Duration refreshHint) {
    /** @throws IllegalArgumentException if the name of the trust domain is not legal */
    public TrustBundle {
        Objects.requireNonNull(trustDomain, "trustDomain must not be null: pass a trust domain, such as shop.example");
        Objects.requireNonNull(x509Authorities, "x509Authorities must not be null: pass its certificates");
        Objects.requireNonNull(jwtAuthorities, "jwtAuthorities must not be null: pass Map.of() for none");
        SpiffeId.checkTrustDomain(trustDomain);
        x509Authorities = List.copyOf(new ArrayList<>(new LinkedHashSet<>(x509Authorities)));
        jwtAuthorities = Collections.unmodifiableMap(new LinkedHashMap<>(jwtAuthorities));
    }

    /** A bundle of X.509 authorities alone; an empty list rejects every member. */
    public static TrustBundle of(String trustDomain, List<X509Certificate> x509Authorities) {
        return new TrustBundle(trustDomain, x509Authorities, Map.of(), null, null);
    }

    /**
     * A bundle of one or more certificates in PEM.
     *
     * @throws CertificateException if there is no certificate, or one cannot be read
     */
    public static TrustBundle fromPem(String trustDomain, String pem) throws CertificateException {
        Objects.requireNonNull(trustDomain, "trustDomain must not be null: pass a trust domain, such as shop.example");
        Objects.requireNonNull(pem, "pem must not be null: pass the text of its certificates");
        return of(trustDomain, PemText.certificates(pem, "the bundle of trust domain '" + trustDomain + "'"));
    }

    /**
     * A bundle in the format that trust domains publish: a JWK set (SPIFFE Trust Domain and Bundle, section 4). Keys of unknown
     * use or type are ignored; an empty set is a bundle that rejects every member.
     *
     * @throws CertificateException if the set breaks a rule; the message names the key
     */
    public static TrustBundle fromSpiffeJwks(String trustDomain, String json) throws CertificateException {
        Objects.requireNonNull(trustDomain, "trustDomain must not be null: pass a trust domain, such as shop.example");
        Objects.requireNonNull(json, "json must not be null: pass the text of its keys");
        return SpiffeJwks.read(trustDomain, json.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return trustDomain + " (" + x509Authorities.size() + " X.509 and " + jwtAuthorities.size() + " JWT authorities"
                + (sequence == null ? "" : ", sequence " + sequence) + ")";
    }
}
