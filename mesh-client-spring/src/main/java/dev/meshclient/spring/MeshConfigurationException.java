package dev.meshclient.spring;

/**
 * An application whose mesh cannot start: a bad property, no policy, a client that would bypass the mesh. Boot prints both parts in
 * place of a stack trace, without the users and passwords of URLs, and with properties in place of the Java methods that the mesh names.
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
        super(printed(description + " " + action));
        this.description = printed(description);
        this.action = printed(action);
    }

    private static String printed(String text) {
        return SanitizedUrls.withoutUser(BuilderMethods.asProperties(text));
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
