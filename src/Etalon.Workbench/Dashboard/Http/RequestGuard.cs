using System.Net;
using Microsoft.AspNetCore.Http;

namespace Etalon.Workbench.Dashboard;

/// <summary>
/// Refuses what no page of this server asks: requests for another host (a name that was made to lead here, DNS rebinding), from another
/// site's page, of other methods, and without the token where one is needed. Every answer says what a browser may do with it.
/// </summary>
/// <param name="options">Where the page is served.</param>
internal sealed class RequestGuard(DashboardOptions options)
{
    // uPlot sets styles by script, which this allows; none stands in a text.
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private const int LongestAddress = 8192;

    /// <summary>Whether a request may be answered; where it may not, its answer is set.</summary>
    public async Task<bool> AdmitsAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        response.Headers.ContentSecurityPolicy = Policy;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
        response.Headers["Cross-Origin-Opener-Policy"] = "same-origin";
        response.Headers.CacheControl = "no-store";
        if (!IsOwnHost(request.Host.Host))
            return await Refuse(response, 421, $"this server does not answer for the host \"{Shown(request.Host.Host)}\"");
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method) && !HttpMethods.IsPost(request.Method))
            return await Refuse(response, StatusCodes.Status405MethodNotAllowed, "only GET and POST are answered");
        if (request.QueryString.Value?.Length > LongestAddress)
            return await Refuse(response, StatusCodes.Status414UriTooLong, $"an address has at most {LongestAddress} characters");
        if (IsForeign(request)) return await Refuse(response, StatusCodes.Status403Forbidden, "another site's page may not ask here");
        return options.Token is not { } token || AccessToken.Admits(context, token)
            || (response.StatusCode == StatusCodes.Status401Unauthorized
                && await Refuse(response, response.StatusCode, "open the address that etalon serve printed, with its token"));
    }

    // Whatever the port is: SSH forwards another one.
    private bool IsOwnHost(string host)
    {
        if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase)) return true;
        string bare = host.TrimStart('[').TrimEnd(']');
        // A name can be made to lead anywhere, a number cannot.
        if (IPAddress.TryParse(bare, out var address)) return IPAddress.IsLoopback(address) || options.Token is not null;
        return options.Token is not null && host.Equals(Environment.MachineName, StringComparison.OrdinalIgnoreCase);
    }

    // A browser says where a request comes from; a link from elsewhere may open a page, and nothing else.
    private static bool IsForeign(HttpRequest request)
    {
        string site = request.Headers["Sec-Fetch-Site"].ToString();
        if (site is "cross-site" or "same-site")
            return !(HttpMethods.IsGet(request.Method) && request.Headers["Sec-Fetch-Mode"] == "navigate"
                && request.Headers["Sec-Fetch-Dest"] == "document" && !request.Path.StartsWithSegments("/api"));
        if (site == "same-origin" || request.Headers.Origin.Count == 0) return false;
        // An older browser: its page's own address must be this one. "null" is a page from nowhere.
        return !Uri.TryCreate(request.Headers.Origin.ToString(), UriKind.Absolute, out var origin)
            || !origin.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase);
    }

    private static async Task<bool> Refuse(HttpResponse response, int status, string reason)
    {
        await ApiAnswer.ProblemAsync(response, status, [reason]);
        return false;
    }

    private static string Shown(string text) => text.Length <= 80 ? text : $"{text[..80]}...";
}
