package dev.meshclient.internal.control;

/** The result of applying a document. */
public enum Applied {
    /** The document was in force already; nothing changed. */
    NOTHING_NEW,
    /** The document is in force now. */
    IN_FORCE,
    /** The document is in force now; its content differs from an earlier one of the same version. */
    SAME_VERSION
}
