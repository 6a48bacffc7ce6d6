using System.Globalization;

namespace AspirePaxos.Web.Components;

/// <summary>Numbers for people.</summary>
internal static class Figures
{
    private static readonly string[] units = ["B", "KiB", "MiB", "GiB", "TiB"];

    /// <summary>1,234,567</summary>
    public static string Count(long count) => count.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>12.3 MiB; a dash where it is not known.</summary>
    public static string Bytes(long? bytes)
    {
        if (bytes is not { } size) return "–";
        var (value, unit) = ((double)size, 0);
        for (; value >= 1000 && unit < units.Length - 1; unit++) value /= 1024;
        return value.ToString(unit == 0 || value >= 100 ? "0" : "0.#", CultureInfo.InvariantCulture) + " " + units[unit];
    }

    /// <summary>15,300/s; below ten with one digit after the point.</summary>
    public static string Rate(double perSecond) => perSecond.ToString(perSecond >= 10 ? "#,0" : "0.#", CultureInfo.InvariantCulture) + "/s";
}
