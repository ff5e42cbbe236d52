package dev.meshclient.spring;

/**
 * An application whose mesh cannot start: a bad property, no policy, a client that would bypass the mesh. Boot prints both parts in
 * place of a stack trace, without the users and passwords of URLs.
 */
public final class MeshConfigurationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String description;
    private final String action;

    /**
     * @param description the problem, in sentences
     * @param action what to do about it, in sentences
     */
    public MeshConfigurationException(String description, String action) {
        super(SanitizedUrls.withoutUser(description + " " + action));
        this.description = SanitizedUrls.withoutUser(description);
        this.action = SanitizedUrls.withoutUser(action);
    }

    /** The problem, in sentences. */
    public String description() {
        return description;
    }

    /** What to do about it, in sentences. */
    public String action() {
        return action;
    }
}
