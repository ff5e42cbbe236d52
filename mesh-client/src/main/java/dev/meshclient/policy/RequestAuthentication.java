package dev.meshclient.policy;

import java.util.Map;

/**
 * The token issuers that a service accepts. A request without a token passes; a request whose token none of them issued is
 * refused.
 *
 * @param providers the issuers by their name in the document
 * @param forwardOriginalToken whether the application receives the token; default false
 */
public record RequestAuthentication(Map<String, JwtProvider> providers, boolean forwardOriginalToken) {
    public RequestAuthentication {
        providers = Required.map(providers, "providers");
    }
}
