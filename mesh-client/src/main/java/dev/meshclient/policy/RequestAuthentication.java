package dev.meshclient.policy;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Whose tokens a service believes. A request without a token passes; one with a token that none of the providers vouches for
 * does not.
 *
 * @param providers by their name in the document
 * @param forwardOriginalToken whether the application sees the token; default false
 */
public record RequestAuthentication(Map<String, JwtProvider> providers, boolean forwardOriginalToken) {
    public RequestAuthentication {
        providers = Collections.unmodifiableMap(new LinkedHashMap<>(providers));
    }
}
