package dev.meshclient.policy;

/**
 * What is sent along with each attempt, over TLS only, as {@code Authorization: Bearer}.
 *
 * @param token the name under which the process knows the source of the token
 * @param overwrite whether it takes the place of an {@code Authorization} header of the caller's; default false
 */
public record TokenCredentials(String token, boolean overwrite) {}
