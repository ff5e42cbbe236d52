package dev.meshclient.spring;

/** An application whose mesh cannot start: a bad property, no policy, a client that would bypass the mesh. */
final class MeshConfigurationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String description;
    private final String action;

    /**
     * @param description the problem, in sentences
     * @param action what to do about it, in sentences
     */
    MeshConfigurationException(String description, String action) {
        super(description + " " + action);
        this.description = description;
        this.action = action;
    }

    String description() {
        return description;
    }

    String action() {
        return action;
    }
}
