using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Etalon.Workbench.Dashboard;

/// <summary>
/// What a browser must know where others can reach the page: a secret, given once in the address, from then on in a cookie that no other
/// site's page can have sent.
/// </summary>
internal static class AccessToken
{
    private const string Cookie = "etalon-token", Parameter = "token";

    private const int Bytes = 24;

    /// <summary>A new one.</summary>
    public static string Create() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Bytes));

    /// <summary>
    /// Whether a request may be answered. One that has the secret in its address is sent to the same address without it, so that it
    /// stays in no history.
    /// </summary>
    /// <param name="context">The request; its answer where this is false.</param>
    /// <param name="token">The secret.</param>
    public static bool Admits(HttpContext context, string token)
    {
        if (IsSame(context.Request.Cookies[Cookie], token)) return true;
        if (!HttpMethods.IsGet(context.Request.Method) || !IsSame(context.Request.Query[Parameter], token))
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return false;
        }
        context.Response.Cookies.Append(Cookie, token, new CookieOptions
        {
            HttpOnly = true,
            SameSite = SameSiteMode.Strict,
            Path = context.Request.PathBase.HasValue ? context.Request.PathBase.Value : "/",
        });
        var left = context.Request.Query.Where(pair => pair.Key != Parameter)
            .SelectMany(pair => pair.Value, (pair, value) => KeyValuePair.Create(pair.Key, value));
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.Location =
            context.Request.PathBase.ToUriComponent() + context.Request.Path.ToUriComponent() + QueryString.Create(left);
        return false;
    }

    private static bool IsSame(string? given, string token) =>
        given is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(token));
}
