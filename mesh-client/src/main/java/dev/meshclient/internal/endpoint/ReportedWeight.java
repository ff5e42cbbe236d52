package dev.meshclient.internal.endpoint;

/**
 * The weight that follows from the load that an endpoint reports.
 *
 * @param since the first of the reports in a row
 * @param at the last report
 */
public record ReportedWeight(double weight, long since, long at) {}
