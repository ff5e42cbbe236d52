package dev.meshclient.policy;

/**
 * The token that is sent with each attempt, over TLS only, as {@code Authorization: Bearer}.
 *
 * @param token the name of the token source in the process
 * @param overwrite whether it replaces an {@code Authorization} header of the caller; default false
 */
public record TokenCredentials(String token, boolean overwrite) {}
