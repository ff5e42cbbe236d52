package dev.meshclient.internal.call;

import dev.meshclient.internal.endpoint.Backend;

/**
 * Where the route layer sent a call; made once, when policy is compiled.
 *
 * @param revision of the document that stated it last
 * @param service the service that claims the host
 * @param rule the rule's name, or its place
 * @param backend where the call goes
 */
public record Target(Revision revision, String service, String rule, Backend backend) {
    /** The policy in force, as {@code epoch/version}. */
    public String policy() {
        return revision.text();
    }
}
