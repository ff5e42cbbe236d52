package dev.meshclient.internal.authz;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.meshclient.identity.SpiffeId;
import dev.meshclient.policy.JwtProvider;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Validates the token of a request: its issuer is one of the service's, a key of that issuer signed it, its audience is this
 * service, and it is valid now. A request without a token passes.
 */
final class TokenCheck {
    private static final int MAX_LENGTH = 16 << 10;
    private static final int MAX_TRIED = 10;
    private static final Duration SKEW = Duration.ofSeconds(60);
    private static final String BEARER = "bearer ";
    private static final String SPIFFE = "spiffe:";

    /** Types of tokens for requests; a token for another use has another type (RFC 8725 3.11). */
    private static final Set<String> TYPES = Set.of("jwt", "jose", "at+jwt", "application/at+jwt");

    private static final Set<String> SVID_TYPES = Set.of("jwt", "jose");

    /**
     * @param claims the claims of a valid token; null: no token, or a problem
     * @param problem null if there is none
     * @param ourFault true = the check failed on our side, so the token may be valid
     */
    record CheckedToken(
            @Nullable Map<String, Object> claims, @Nullable String problem, boolean ourFault) {
        static final CheckedToken NO_TOKEN = new CheckedToken(null, null, false);
        /** Keys have to be fetched first. */
        static final CheckedToken WAITS = new CheckedToken(null, "its keys are not known", true);

        static CheckedToken invalid(String why) {
            return new CheckedToken(null, "the token is not valid: " + why, false);
        }
    }

    private record Issuer(List<String> audiences, Duration skew, KeySets.Keys keys) {}

    private final Map<String, Issuer> issuers;
    private final @Nullable String trustDomain;
    private final KeySets sets;

    private TokenCheck(Map<String, Issuer> issuers, @Nullable String trustDomain, KeySets sets) {
        this.issuers = issuers;
        this.trustDomain = trustDomain;
        this.sets = sets;
    }

    /**
     * @param service the audience where a provider states none
     * @param trustDomain the trust domain of SPIFFE IDs that are accepted as subjects; null: none is accepted
     */
    static TokenCheck of(
            Collection<JwtProvider> providers, String service, @Nullable String trustDomain, KeySets sets) {
        Map<String, Issuer> issuers = new HashMap<>();
        for (JwtProvider provider : providers) {
            issuers.putIfAbsent(
                    provider.issuer(),
                    new Issuer(
                            provider.audiences().isEmpty() ? List.of(service) : provider.audiences(),
                            provider.clockSkew() == null ? SKEW : provider.clockSkew(),
                            sets.of(provider)));
        }
        return new TokenCheck(issuers, trustDomain, sets);
    }

    /** @param authorization the header; null: not sent */
    CheckedToken check(@Nullable String authorization) {
        return check(authorization, true);
    }

    /** As {@link #check}, but it never waits for keys; {@link CheckedToken#WAITS}: it would have to. */
    CheckedToken checkNow(@Nullable String authorization) {
        return check(authorization, false);
    }

    private CheckedToken check(@Nullable String authorization, boolean mayWait) {
        if (authorization == null || !authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            return CheckedToken.NO_TOKEN;
        }
        String token = authorization.substring(BEARER.length()).replaceFirst("^ +", ""); // RFC 9110 11.4: any number
        if (token.length() > MAX_LENGTH) {
            return CheckedToken.invalid("it has more than " + MAX_LENGTH + " characters");
        }
        try {
            SignedJWT jwt = SignedJWT.parse(token);
            return Stream.of(token.split("\\.", -1)).allMatch(Base64Url::isCanonical)
                    ? check(jwt, jwt.getJWTClaimsSet(), mayWait)
                    : CheckedToken.invalid("it is not in the one form that RFC 7515 allows");
        } catch (ParseException
                | RuntimeException e) { // hostile input: whatever the parser throws, the token is invalid
            return CheckedToken.invalid("it is no signed JWT");
        }
    }

    private CheckedToken check(SignedJWT jwt, JWTClaimsSet claims, boolean mayWait) {
        String issuerName = claims.getIssuer();
        Issuer issuer = issuerName == null ? null : issuers.get(issuerName);
        if (issuer == null) {
            return CheckedToken.invalid(
                    issuerName == null ? "it has no issuer" : "its issuer is not one of the policy's");
        }
        JOSEObjectType type = jwt.getHeader().getType();
        String typeName = type == null ? "jwt" : type.getType().toLowerCase(Locale.ROOT);
        if (!TYPES.contains(typeName)) {
            return CheckedToken.invalid("it is of type " + typeName);
        }
        String claimed = problem(claims, issuer, typeName);
        if (claimed != null) {
            return CheckedToken.invalid(claimed);
        }
        List<VerificationKey> keys = mayWait ? issuer.keys.now() : issuer.keys.fresh();
        if (keys == null) {
            return mayWait ? cannotBeChecked(issuer) : CheckedToken.WAITS;
        }
        Boolean verified = verify(jwt, keys);
        if (verified == null) {
            if (!mayWait && issuer.keys.areFetched()) {
                return CheckedToken.WAITS;
            }
            List<VerificationKey> newer = issuer.keys.again(keys);
            if (newer == null) {
                return cannotBeChecked(issuer);
            }
            verified = newer == keys ? null : verify(jwt, newer);
        }
        return verified == null
                ? CheckedToken.invalid("its issuer has no key for it")
                : verified
                        ? new CheckedToken(Collections.unmodifiableMap(claims.toJSONObject()), null, false)
                        : CheckedToken.invalid("the signature is wrong");
    }

    private static CheckedToken cannotBeChecked(Issuer issuer) {
        return new CheckedToken(null, "the token cannot be checked: " + issuer.keys.problem(), true);
    }

    private @Nullable String problem(JWTClaimsSet claims, Issuer issuer, String type) {
        Instant now = sets.time().wall().instant();
        Date expires = claims.getExpirationTime();
        Date from = claims.getNotBeforeTime();
        if (expires != null && !now.isBefore(expires.toInstant().plus(issuer.skew))) {
            return "it expired at " + expires.toInstant();
        }
        if (from != null && now.isBefore(from.toInstant().minus(issuer.skew))) {
            return "it is not valid before " + from.toInstant();
        }
        if (Collections.disjoint(claims.getAudience(), issuer.audiences)) {
            return "it is for another audience";
        }
        String subject = claims.getSubject();
        boolean isSvid = subject != null && subject.regionMatches(true, 0, SPIFFE, 0, SPIFFE.length());
        return subject != null && isSvid ? svidProblem(subject, expires, type) : null;
    }

    /** The rules of SPIFFE's JWT-SVID: it has an expiry, and its subject belongs to the trust domain whose keys are known. */
    private @Nullable String svidProblem(String subject, @Nullable Date expires, String type) {
        if (expires == null) {
            return "a SPIFFE token must state when it expires";
        }
        if (!SVID_TYPES.contains(type)) {
            return "a SPIFFE token must be of type JWT or JOSE";
        }
        return trustDomain != null && isMember(subject, trustDomain)
                ? null
                : "its subject is no SPIFFE ID of the trust domain " + (trustDomain == null ? "(none)" : trustDomain);
    }

    private static boolean isMember(String subject, String trustDomain) {
        try {
            SpiffeId id = SpiffeId.parse(subject);
            return id.isMemberOf(trustDomain) && !id.path().isEmpty();
        } catch (IllegalArgumentException none) {
            return false;
        }
    }

    /** Null: no key verifies it, and none has its key ID. */
    private static @Nullable Boolean verify(SignedJWT jwt, List<VerificationKey> keys) {
        JWSAlgorithm algorithm = jwt.getHeader().getAlgorithm();
        String id = jwt.getHeader().getKeyID();
        boolean tried = false; // whether a key with its ID was tried
        int left = MAX_TRIED;
        for (VerificationKey key : keys) {
            boolean may = id == null || key.id() == null || id.equals(key.id());
            if (may && key.algorithms().contains(algorithm) && left-- > 0) {
                tried |= id != null && id.equals(key.id());
                if (verifies(jwt, key)) {
                    return true;
                }
            }
        }
        return tried ? false : null;
    }

    private static boolean verifies(SignedJWT jwt, VerificationKey key) {
        try {
            return jwt.verify(key.verifier());
        } catch (JOSEException e) {
            return false;
        }
    }
}
