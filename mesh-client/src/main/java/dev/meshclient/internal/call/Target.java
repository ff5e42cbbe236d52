package dev.meshclient.internal.call;

import dev.meshclient.internal.endpoint.Backend;

/**
 * The route of a call; created once, when the policy is compiled.
 *
 * @param revision the document that stated it last
 * @param service the service that claims the host
 * @param rule the rule's name, or its position
 * @param backend the backend of the call
 * @param isStream whether the rule states that its responses are streams
 * @param meter counts its calls
 */
public record Target(
        Revision revision, String service, String rule, Backend backend, boolean isStream, CallMeter meter) {
    /** The revision of the policy in force. */
    public String policy() {
        return revision.text();
    }
}
