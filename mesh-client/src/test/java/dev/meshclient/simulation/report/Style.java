package dev.meshclient.simulation.report;

/**
 * How a line looks: by colour and by dashes, for those who do not tell the colours apart.
 *
 * @param attributes of an SVG path
 */
public record Style(String attributes) {
    /** Of text and axes. */
    static final String TEXT = "#6e7781";

    private static final String[] COLOURS = {
        "#1f75cb", "#2a8f45", "#c9620a", "#9b6b4a", "#8f56d6", "#cf3f8f", "#0e8a8f", "#8a7d00"
    };
    private static final String[] DASHES = {"", "9 3", "3 3", "1 3", "12 3 2 3", "6 2", "2 2 6 2", "4 4"};
    private static final String OTHER = "#d93a3a";

    /** The style of the algorithm with this number. */
    public static Style of(int number) {
        int at = number % COLOURS.length;
        return new Style("stroke=\"" + COLOURS[at] + "\" stroke-width=\"1.8\""
                + (DASHES[at].isEmpty() ? "" : " stroke-dasharray=\"" + DASHES[at] + "\""));
    }

    /** The style of what is compared with the algorithms. */
    public static Style ofOther(int number) {
        return new Style("stroke=\"" + OTHER + "\" stroke-width=\"1.2\""
                + (number == 0 ? "" : " stroke-dasharray=\"" + (2 + 2 * number) + " 2\""));
    }
}
